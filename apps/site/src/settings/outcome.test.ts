import { describe, expect, it } from 'vitest'
import { type EpochFigures, holds, type Outcome, sentenceOf } from './outcome.ts'

const figures: EpochFigures = {
  trainLoss: [0.9, 0.8, 0.85, 0.6, 0.5, 0.3],
  testLoss: [0.9, 0.8, 0.7, 0.6, 0.5, 1.0],
  testAccuracy: [0.5, 0.9],
  diverged: false,
}

describe.each<[Outcome['ends'], kept: number, broken: number]>([
  ['test accuracy', 0.9, 0.91],
  ['low accuracy', 0.9, 0.89],
  ['test loss', 1.0, 0.99],
  ['no progress', 0.3, 0.31],
  ['unsteady', 1, 2],
  ['overfits', 2, 2.1],
])('%s', (ends, kept, broken) => {
  it('holds up to its bound', () => {
    expect(holds({ ends, epochs: 6, bound: kept }, figures)).toBe(true)
    expect(holds({ ends, epochs: 6, bound: broken }, figures)).toBe(false)
  })

  it('is a sentence that names the number of epochs', () => {
    expect(sentenceOf({ ends, epochs: 6, bound: kept })).toMatch(/6 .*\.$/)
  })
})

it('diverges holds where training stopped', () => {
  const outcome: Outcome = { ends: 'diverges', epochs: 10, bound: 0 }
  expect(holds(outcome, figures)).toBe(false)
  expect(holds(outcome, { ...figures, diverged: true })).toBe(true)
})
