import { describe, expect, it } from 'vitest'
import { withoutRounding } from './src/printed.ts'

const line = (loss: string, accuracy = '0.5000') => `Epoch 1/1\n10/10 - accuracy: ${accuracy} - loss: ${loss}\n`
const compare = (got: string, expected: string, mine: number, theirs = mine, printed = line) =>
  withoutRounding(printed(got), printed(expected), {
    got: { loss: [mine], accuracy: [0.5] },
    expected: { loss: [theirs], accuracy: [0.5] },
  }) === printed(expected)

describe('printed figures', () => {
  it.each([
    ['0.6887', '0.6886', 0.68865 + 9e-7, 0.68865 - 9e-7, true],
    ['0.6886', '0.6887', 0.68865 - 9e-7, 0.68865 + 1e-8, true],
    ['0.6887', '0.6886', 0.68865 + 2e-6, 0.68865, false],
    ['0.6887', '0.6886', 0.68865, 0.68865 - 2e-6, false],
    ['0.6888', '0.6886', 0.6887, 0.6887, false],
    ['0.7000', '0.6999', 0.69995, 0.69995, true],
    ['1.235e-04', '1.234e-04', 1.2345e-4, 1.2345e-4, true],
    ['1.235e-04', '1.236e-05', 1.2345e-4, 1.2345e-4, false],
    ['0.689', '0.6886', 0.68865, 0.68865, false],
    ['0.6887', '0.6886', Number.NaN, 0.68865, false],
  ])('%s for %s with the values %f and %f: %s', (got, expected, mine, theirs, same) => {
    expect(compare(got, expected, mine, theirs)).toBe(same)
  })

  it('must be those of the same epoch and name', () => {
    const values = { loss: [0.5, 0.68865], accuracy: [0.68865, 0.5] }
    const both = { got: values, expected: values }
    const print = (a: string, b: string) => `Epoch 1/2\n - loss: ${a}\nEpoch 2/2\n - loss: ${b}`
    expect(withoutRounding(print('0.5000', '0.6887'), print('0.5000', '0.6886'), both)).toBe(print('0.5000', '0.6886'))
    expect(withoutRounding(print('0.6887', '0.5000'), print('0.6886', '0.5000'), both)).toBe(print('0.6887', '0.5000'))
    expect(withoutRounding('x - loss: 0.6887', 'y - loss: 0.6886', both)).toBe('x - loss: 0.6887')
  })
})
