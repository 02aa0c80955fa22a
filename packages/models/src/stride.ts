/** How many times as many steps as before may be tried at once: a clock can be too coarse to time a few. */
const growth = 8
/** What the steps before the last ones count for, against those. */
const memoryOfTime = 0.5
/** The time that a step takes at least, in milliseconds; a clock may stand still meanwhile. */
const shortest = 1e-5

/** Finds out how many steps of a program can run at once: few at first, and then by the time that they take. */
export class Stride {
  private steps = 0
  private milliseconds = 0
  private most = 1

  /** How many steps to run in so many milliseconds. */
  fill(milliseconds: number): number {
    if (this.steps === 0) return 1
    const perStep = Math.max(shortest, this.milliseconds / this.steps)
    return Math.max(1, Math.min(this.most, Math.floor(milliseconds / perStep)))
  }

  /** Takes note of the time that steps took. */
  took(milliseconds: number, steps: number): void {
    this.steps = this.steps * memoryOfTime + steps
    this.milliseconds = this.milliseconds * memoryOfTime + milliseconds
    this.most = Math.max(this.most, steps * growth)
  }
}
