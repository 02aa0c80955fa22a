/** A statement about the figures of a run, which tests check. */
export interface Outcome {
  readonly ends: keyof typeof kinds
  /** The number of epochs after which the statement holds. */
  readonly epochs: number
  readonly bound: number
}

/** The figures after each epoch of a run that ended or diverged. */
export interface EpochFigures {
  readonly trainLoss: readonly number[]
  readonly testLoss: readonly number[]
  /** Shares of 1; empty for regression. */
  readonly testAccuracy: readonly number[]
  /** Whether training stopped because a number was not finite. */
  readonly diverged: boolean
}

interface Kind {
  readonly sentence: (outcome: Outcome) => string
  readonly holds: (figures: EpochFigures, outcome: Outcome) => boolean
}

const percent = (share: number) => `${Math.round(100 * share)} %`
const last = (values: readonly number[]) => values.at(-1) ?? Number.NaN
/** An epoch in which overfitting has not begun. */
const early = 5

const kinds = {
  'test accuracy': {
    sentence: ({ epochs, bound }) =>
      `After ${epochs} epochs at least ${percent(bound)} of the test samples are predicted correctly.`,
    holds: ({ testAccuracy }, { bound }) => last(testAccuracy) >= bound,
  },
  'low accuracy': {
    sentence: ({ epochs, bound }) =>
      `After ${epochs} epochs no more than ${percent(bound)} of the test samples are predicted correctly.`,
    holds: ({ testAccuracy }, { bound }) => last(testAccuracy) <= bound,
  },
  'test loss': {
    sentence: ({ epochs, bound }) => `After ${epochs} epochs the test loss is at most ${bound}.`,
    holds: ({ testLoss }, { bound }) => last(testLoss) <= bound,
  },
  'no progress': {
    sentence: ({ epochs, bound }) =>
      `After ${epochs} epochs the train loss is still at least ${bound}; guessing has 0.69.`,
    holds: ({ trainLoss }, { bound }) => last(trainLoss) >= bound,
  },
  unsteady: {
    sentence: ({ epochs, bound }) => `In ${epochs} epochs the train loss rises at least ${bound} times.`,
    holds: ({ trainLoss }, { bound }) =>
      trainLoss.filter((loss, i) => loss > (trainLoss[i - 1] ?? loss)).length >= bound,
  },
  diverges: {
    sentence: ({ epochs }) => `Within ${epochs} epochs a number is no longer finite, and training stops.`,
    holds: ({ diverged }) => diverged,
  },
  overfits: {
    sentence: ({ epochs, bound }) =>
      `Between epoch ${early} and epoch ${epochs} the train loss falls, and the test loss is at least ${bound} times as large.`,
    holds: ({ trainLoss, testLoss }, { bound }) =>
      last(trainLoss) < trainLoss[early - 1]! && last(testLoss) >= bound * testLoss[early - 1]!,
  },
} satisfies Record<string, Kind>

/** The outcome as a sentence. */
export function sentenceOf(outcome: Outcome): string {
  return kinds[outcome.ends].sentence(outcome)
}

/** Whether the statement is true of the figures. */
export function holds(outcome: Outcome, figures: EpochFigures): boolean {
  return kinds[outcome.ends].holds(figures, outcome)
}
