import type { Report } from '../worker/protocol.ts'

/** The figures of a run in columns, with an entry for each report. */
export interface History {
  readonly steps: readonly number[]
  readonly trainLoss: readonly number[]
  readonly testLoss: readonly number[]
  readonly trainAccuracy: readonly number[]
  readonly testAccuracy: readonly number[]
}

export const noHistory: History = { steps: [], trainLoss: [], testLoss: [], trainAccuracy: [], testAccuracy: [] }

/** The largest number of entries: about the number of pixels of a chart. */
const maxEntries = 1600

/** Adds a report to the history. Drops every other entry when there are too many. */
export function withReport(history: History, { step, train, test }: Report): History {
  const added: History = {
    steps: [...history.steps, step],
    trainLoss: [...history.trainLoss, train.loss],
    testLoss: [...history.testLoss, test.loss],
    trainAccuracy: [...history.trainAccuracy, train.accuracy ?? Number.NaN],
    testAccuracy: [...history.testAccuracy, test.accuracy ?? Number.NaN],
  }
  if (added.steps.length <= maxEntries) return added
  const thin = (column: readonly number[]) => column.filter((_, index) => index % 2 === 0)
  return {
    steps: thin(added.steps),
    trainLoss: thin(added.trainLoss),
    testLoss: thin(added.testLoss),
    trainAccuracy: thin(added.trainAccuracy),
    testAccuracy: thin(added.testAccuracy),
  }
}
