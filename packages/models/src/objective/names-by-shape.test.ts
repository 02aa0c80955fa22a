import { describe, expect, it } from 'vitest'
import { nameByShape } from './names-by-shape.ts'

describe('names that depend on shapes', () => {
  it.each([
    [[null], [null, 1], 'Binary'],
    [[null, 1], [null, 1], 'Binary'],
    [[null], [null, 3], 'SparseCategorical'],
    [[null, 1], [null, 3], 'SparseCategorical'],
    [[null, 3], [null, 3], 'Categorical'],
    [[null, 5], [null, 5, 7], 'SparseCategorical'],
    [[null, 5, 7], [null, 5, 7], 'Categorical'],
  ] as const)('targets %j, outputs %j: %s', (target, output, outcome) => {
    for (const name of ['accuracy', 'acc']) {
      expect(nameByShape('metric', name, target, output)).toBe(`${outcome}Accuracy`)
    }
    for (const name of ['crossentropy', 'ce']) {
      expect(nameByShape('metric', name, target, output)).toBe(`${outcome}Crossentropy`)
      expect(nameByShape('loss', name, target, output)).toBe(`${outcome}Crossentropy`)
    }
  })

  it('leaves every other name as it is', () => {
    expect(nameByShape('metric', 'binaryAccuracy', [null], [null, 3])).toBe('binaryAccuracy')
    expect(nameByShape('loss', 'mse', [null], [null, 1])).toBe('mse')
    expect(nameByShape('loss', 'accuracy', [null], [null, 1])).toBe('accuracy')
  })
})
