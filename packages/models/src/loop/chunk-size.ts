/** The largest factor by which the number of steps grows at once: a coarse clock cannot time a few steps. */
const maxGrowth = 8
/** The weight of earlier measurements relative to the last one. */
const pastWeight = 0.5
/** The least time of a step in milliseconds, because a coarse clock may measure 0. */
const minStepTime = 1e-5

/** Chooses how many steps of a program to run at once: one at first, then by the measured time of a step. */
export class ChunkSize {
  private steps = 0
  private milliseconds = 0
  private maxSteps = 1

  /** Returns how many steps to run in a given time. */
  within(milliseconds: number): number {
    if (this.steps === 0) return 1
    const perStep = Math.max(minStepTime, this.milliseconds / this.steps)
    return Math.max(1, Math.min(this.maxSteps, Math.floor(milliseconds / perStep)))
  }

  /** Records the time that steps took. */
  measured(milliseconds: number, steps: number): void {
    this.steps = this.steps * pastWeight + steps
    this.milliseconds = this.milliseconds * pastWeight + milliseconds
    this.maxSteps = Math.max(this.maxSteps, steps * maxGrowth)
  }
}
