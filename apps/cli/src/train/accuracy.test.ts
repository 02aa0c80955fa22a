import { describe, expect, it } from 'vitest'
import { accuracyOf, requireAccuracy } from './accuracy.ts'

describe('the accuracy that --min-accuracy is compared with', () => {
  const confusion = { classes: ['a', 'b'], counts: [[3, 1], [0, 4]] } // biome-ignore format: a matrix
  const figures = { loss: 1, level_accuracy: 0.75, kind_accuracy: 0.5 }
  const epoch = { accuracy: 0.9, val_accuracy: 0.8, loss: 1 }

  it('is that of evaluated rows, else of the validation rows, else of the training rows', () => {
    expect(accuracyOf({ role: 'test', figures: {}, confusion }, epoch)).toEqual({
      value: 7 / 8,
      name: 'accuracy',
      rows: 'test rows',
    })
    expect(accuracyOf({ role: 'validation', figures, confusion: undefined }, epoch)).toEqual({
      value: 0.75,
      name: 'level_accuracy',
      rows: 'validation rows',
    })
    expect(accuracyOf(undefined, epoch)).toEqual({ value: 0.8, name: 'accuracy', rows: 'validation rows' })
    expect(accuracyOf(undefined, { accuracy: 0.9 })).toMatchObject({ value: 0.9, rows: 'training rows' })
    expect(accuracyOf(undefined, { loss: 1 }).value).toBeNaN()
  })

  it('names the figure and the rows', () => {
    const accuracy = { value: 0.75, name: 'level_accuracy', rows: 'test rows' }
    expect(() => requireAccuracy(0.8, accuracy)).toThrow(
      'The level_accuracy of the test rows is 0.7500 and was to be at least 0.8',
    )
    expect(() => requireAccuracy(0.75, accuracy)).not.toThrow()
    expect(() => requireAccuracy(undefined, { ...accuracy, value: Number.NaN })).not.toThrow()
    expect(() => requireAccuracy(0.5, { ...accuracy, value: Number.NaN })).toThrow('the model predicts no classes')
  })
})
