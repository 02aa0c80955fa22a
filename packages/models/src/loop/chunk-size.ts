/** The factor by which the number of steps may grow: a clock can be too coarse to time a few. */
const growth = 8
/** The weight of earlier measurements against the last one. */
const memoryOfTime = 0.5
/** The least time of a step, in milliseconds; a coarse clock may show none. */
const shortest = 1e-5

/** Finds out how many steps of a program to run at once: few at first, and then by the time that they take. */
export class ChunkSize {
  private steps = 0
  private milliseconds = 0
  private most = 1

  /** How many steps to run in a given time. */
  within(milliseconds: number): number {
    if (this.steps === 0) return 1
    const perStep = Math.max(shortest, this.milliseconds / this.steps)
    return Math.max(1, Math.min(this.most, Math.floor(milliseconds / perStep)))
  }

  /** Notes the time that steps took. */
  measured(milliseconds: number, steps: number): void {
    this.steps = this.steps * memoryOfTime + steps
    this.milliseconds = this.milliseconds * memoryOfTime + milliseconds
    this.most = Math.max(this.most, steps * growth)
  }
}
