/** What becomes of a run, in figures that can be checked. */
export interface Outcome {
  readonly ends: keyof typeof kinds
  /** The epochs after which it holds. */
  readonly epochs: number
  readonly bound: number
}

/** The figures after each epoch of a run, up to the one in which it breaks off. */
export interface Course {
  readonly trainLoss: readonly number[]
  readonly testLoss: readonly number[]
  /** Shares of 1; empty for numbers. */
  readonly testAccuracy: readonly number[]
  /** Whether training was stopped because numbers were not finite. */
  readonly diverged: boolean
}

interface Kind {
  readonly says: (outcome: Outcome) => string
  readonly holds: (course: Course, outcome: Outcome) => boolean
}

const percent = (share: number) => `${Math.round(100 * share)} %`
const last = (values: readonly number[]) => values.at(-1) ?? Number.NaN
/** In which epoch overfitting has not begun yet. */
const early = 5

const kinds = {
  'test accuracy': {
    says: ({ epochs, bound }) =>
      `After ${epochs} epochs at least ${percent(bound)} of the test samples are predicted right.`,
    holds: ({ testAccuracy }, { bound }) => last(testAccuracy) >= bound,
  },
  'low accuracy': {
    says: ({ epochs, bound }) =>
      `After ${epochs} epochs no more than ${percent(bound)} of the test samples are predicted right.`,
    holds: ({ testAccuracy }, { bound }) => last(testAccuracy) <= bound,
  },
  'test loss': {
    says: ({ epochs, bound }) => `After ${epochs} epochs the test loss is at most ${bound}.`,
    holds: ({ testLoss }, { bound }) => last(testLoss) <= bound,
  },
  'no progress': {
    says: ({ epochs, bound }) => `After ${epochs} epochs the train loss is still at least ${bound}; guessing has 0.69.`,
    holds: ({ trainLoss }, { bound }) => last(trainLoss) >= bound,
  },
  unsteady: {
    says: ({ epochs, bound }) => `In ${epochs} epochs the train loss rises at least ${bound} times.`,
    holds: ({ trainLoss }, { bound }) =>
      trainLoss.filter((loss, i) => loss > (trainLoss[i - 1] ?? loss)).length >= bound,
  },
  diverges: {
    says: ({ epochs }) => `Within ${epochs} epochs the numbers are not finite any more, and training stops.`,
    holds: ({ diverged }) => diverged,
  },
  overfits: {
    says: ({ epochs, bound }) =>
      `Between epoch ${early} and epoch ${epochs} the train loss falls, and the test loss is at least ${bound} times as large.`,
    holds: ({ trainLoss, testLoss }, { bound }) =>
      last(trainLoss) < trainLoss[early - 1]! && last(testLoss) >= bound * testLoss[early - 1]!,
  },
} satisfies Record<string, Kind>

/** The outcome as a sentence. */
export function sentenceOf(outcome: Outcome): string {
  return kinds[outcome.ends].says(outcome)
}

/** Whether a run came to what was said. */
export function cameTrue(outcome: Outcome, course: Course): boolean {
  return kinds[outcome.ends].holds(course, outcome)
}
