import type { Chunk, ChunkSource, Pass } from '../input/index.ts'

/** Chunks of steps, epoch by epoch. With a number of steps per epoch, a pass over the data may span several epochs. */
export class EpochChunks {
  private pass: Pass | undefined
  private epoch = -1
  private taken = 0
  private exhausted = false

  constructor(
    private readonly source: ChunkSource,
    private readonly stepsPerEpoch: number | undefined,
    // The number of the next pass determines its order. A resumed run starts at its epoch, and so shuffles as one that never
    // stopped.
    private nextPass: number,
  ) {}

  /** Returns the next steps, at most `count`, that one program can run; undefined at the end of the epoch. */
  async next(epoch: number, count: number): Promise<Chunk | undefined> {
    if (epoch !== this.epoch) this.begin(epoch)
    const left = (this.stepsPerEpoch ?? Number.POSITIVE_INFINITY) - this.taken
    if (this.exhausted || left <= 0) return undefined
    let isNewPass = this.pass === undefined
    for (;;) {
      this.pass ??= this.source.pass(this.nextPass++)
      const chunk = await this.pass.take(Math.min(count, left))
      if (chunk) {
        this.taken += chunk.steps
        return chunk
      }
      if (this.taken > 0 || isNewPass) break
      this.pass = undefined // the last epoch ended at the end of the pass
      isNewPass = true
    }
    this.exhausted = true
    if (this.stepsPerEpoch !== undefined) {
      console.warn(
        `fit: the data ended after ${this.taken} of ${this.stepsPerEpoch} steps of the epoch. Give more data, or a smaller stepsPerEpoch.`,
      )
    }
    return undefined
  }

  private begin(epoch: number): void {
    this.epoch = epoch
    this.taken = 0
    if (this.stepsPerEpoch === undefined || this.exhausted) this.pass = undefined
    this.exhausted = false
  }
}
