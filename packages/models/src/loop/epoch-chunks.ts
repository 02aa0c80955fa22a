import type { Chunk, ChunkSource, Pass } from '../input/index.ts'

/** Chunks of steps, epoch by epoch. With a number of steps per epoch, a pass over the data may span several epochs. */
export class EpochChunks {
  private pass: Pass | undefined
  private epoch = -1
  private taken = 0
  private exhausted = false
  /** Batches of the pass that have been taken. */
  private batches = 0

  constructor(
    private readonly source: ChunkSource,
    private readonly stepsPerEpoch: number | undefined,
    // The number of the next pass determines its order. A resumed run starts at its epoch, and so shuffles as one that never
    // stopped.
    private nextPass: number,
  ) {}

  /** The pass, and the number of its batches that have been taken. `ended` says that the epoch is over. */
  position(ended: boolean): { readonly pass: number; readonly batches: number } {
    const isNewPass = this.pass === undefined || (ended && (this.stepsPerEpoch === undefined || this.exhausted))
    return isNewPass ? { pass: this.nextPass, batches: 0 } : { pass: this.nextPass - 1, batches: this.batches }
  }

  /** Continues an epoch after `step` steps, at a batch of a pass. */
  resume(epoch: number, step: number, pass: number, batches: number): void {
    this.epoch = epoch
    this.taken = step
    this.exhausted = false
    this.nextPass = pass
    this.pass = undefined
    if (batches > 0) this.start(batches)
  }

  /** Returns the next steps, at most `count`, that one program can run; undefined at the end of the epoch. */
  async next(epoch: number, count: number): Promise<Chunk | undefined> {
    if (epoch !== this.epoch) this.begin(epoch)
    const left = (this.stepsPerEpoch ?? Number.POSITIVE_INFINITY) - this.taken
    if (this.exhausted || left <= 0) return undefined
    let isNewPass = this.pass === undefined
    for (;;) {
      const pass = this.pass ?? this.start()
      const chunk = await pass.take(Math.min(count, left))
      if (chunk) {
        this.taken += chunk.steps
        this.batches += chunk.steps
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

  private start(batches = 0): Pass {
    this.batches = batches
    this.pass = this.source.pass(this.nextPass++, batches)
    return this.pass
  }

  private begin(epoch: number): void {
    this.epoch = epoch
    this.taken = 0
    if (this.stepsPerEpoch === undefined || this.exhausted) this.pass = undefined
    this.exhausted = false
  }
}
