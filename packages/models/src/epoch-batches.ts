import type { BatchSource, HostBatch } from './batches.ts'

/** Batches epoch by epoch; with a number of steps per epoch a pass over the data may span several epochs. */
export class EpochBatches {
  private pass: AsyncIterator<HostBatch> | undefined
  private epoch = -1
  private taken = 0
  private exhausted = false

  constructor(
    private readonly source: BatchSource,
    private readonly stepsPerEpoch: number | undefined,
    // Decides the order of the samples, so that a run that is resumed shuffles as if it had not stopped.
    private passes: number,
  ) {}

  /** Up to `count` batches; none at the end of the epoch. */
  async next(epoch: number, count: number): Promise<HostBatch[]> {
    if (epoch !== this.epoch) {
      this.epoch = epoch
      this.taken = 0
      if (this.stepsPerEpoch === undefined || this.exhausted) this.pass = undefined
      this.exhausted = false
    }
    const batches: HostBatch[] = []
    let started = this.pass === undefined
    while (batches.length < count && !this.exhausted && this.taken < (this.stepsPerEpoch ?? Number.POSITIVE_INFINITY)) {
      this.pass ??= this.source.pass(this.passes++)[Symbol.asyncIterator]()
      const { value, done } = await this.pass.next()
      if (done && this.taken === 0 && !started) {
        this.pass = undefined // the last epoch ended just where the data did
        started = true
        continue
      }
      if (done) {
        this.exhausted = true
        if (this.stepsPerEpoch !== undefined) {
          console.warn(
            `fit: the data ended after ${this.taken} of ${this.stepsPerEpoch} steps of the epoch. Give more data, or a smaller stepsPerEpoch.`,
          )
        }
        break
      }
      batches.push(value)
      this.taken++
    }
    return batches
  }
}
