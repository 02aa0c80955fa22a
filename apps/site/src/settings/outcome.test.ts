import { describe, expect, it } from 'vitest'
import { type Course, cameTrue, type Outcome, sentenceOf } from './outcome.ts'

const course: Course = {
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
    expect(cameTrue({ ends, epochs: 6, bound: kept }, course)).toBe(true)
    expect(cameTrue({ ends, epochs: 6, bound: broken }, course)).toBe(false)
  })

  it('is a sentence with the epochs', () => {
    expect(sentenceOf({ ends, epochs: 6, bound: kept })).toMatch(/6 .*\.$/)
  })
})

it('diverges holds where training broke off', () => {
  const outcome: Outcome = { ends: 'diverges', epochs: 10, bound: 0 }
  expect(cameTrue(outcome, course)).toBe(false)
  expect(cameTrue(outcome, { ...course, diverged: true })).toBe(true)
})
