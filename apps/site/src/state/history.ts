import type { Report } from '../worker/protocol.ts'

/** The figures of a run, step by step, in columns. */
export interface History {
  readonly steps: readonly number[]
  readonly trainLoss: readonly number[]
  readonly testLoss: readonly number[]
  readonly trainAccuracy: readonly number[]
  readonly testAccuracy: readonly number[]
}

export const noHistory: History = { steps: [], trainLoss: [], testLoss: [], trainAccuracy: [], testAccuracy: [] }

/** More points than a chart has pixels are of no use. */
const most = 1600

/** The history with one more report; every other point is left out when there are too many. */
export function withReport(history: History, { step, train, test }: Report): History {
  const added: History = {
    steps: [...history.steps, step],
    trainLoss: [...history.trainLoss, train.loss],
    testLoss: [...history.testLoss, test.loss],
    trainAccuracy: [...history.trainAccuracy, train.accuracy ?? Number.NaN],
    testAccuracy: [...history.testAccuracy, test.accuracy ?? Number.NaN],
  }
  if (added.steps.length <= most) return added
  const thin = (column: readonly number[]) => column.filter((_, index) => index % 2 === 0)
  return {
    steps: thin(added.steps),
    trainLoss: thin(added.trainLoss),
    testLoss: thin(added.testLoss),
    trainAccuracy: thin(added.trainAccuracy),
    testAccuracy: thin(added.testAccuracy),
  }
}
