import { describe, expect, it } from 'vitest'
import { callOf } from './call.ts'
import { entryOf, Input, input } from './input.ts'

describe('input', () => {
  it('puts the batch before the shape of a sample', () => {
    expect(input({ shape: [] }).shape).toEqual([null])
    expect(input({ shape: [null, 28] }).shape).toEqual([null, null, 28])
    expect(input({ shape: [2], dtype: 'int32' }).dtype).toBe('int32')
    expect(input({ shape: [2], dtype: 'float64' }).dtype).toBe('float64')
    expect(input({ shape: [1], dtype: 'string' }).dtype).toBe('string')
  })

  it('may have a fixed batch, given by batchSize or batchShape', () => {
    expect(input({ batchShape: [null, 3] }).shape).toEqual([null, 3])
    expect(input({ batchShape: [2, 3] }).shape).toEqual([2, 3])
    const layer = new Input({ shape: [3], batchSize: 2, maxLength: null, dtype: null })
    expect([entryOf(layer).shape, layer.toSpec()]).toEqual([
      [2, 3],
      { layer: 'InputLayer', shape: [3], batchSize: 2, maxLength: null },
    ])
    for (const wrong of [{ batchShape: 3 }, { batchShape: [] }, { batchShape: [2], shape: [2] }]) {
      expect(() => input(wrong as never)).toThrow('it must begin with the size of the batch or null, as in [null, 28')
    }
  })

  it('makes a different unknown size for each dimension, but one batch size for all inputs', () => {
    const [a, b] = [input({ shape: [null, 3] }), input({ shape: [null, 3] })]
    expect(a.sizes[0]).toBe(b.sizes[0])
    expect(a.sizes[1]).not.toBe(b.sizes[1])
    expect(a.sizes[2]).toBe(3)
  })

  it('has its layer in its call', () => {
    const x = input({ shape: [3], name: 'in' })
    expect(callOf(x).layer).toBeInstanceOf(Input)
    expect(callOf(x).layer.config).toEqual({ shape: [3], name: 'in' })
    expect(callOf(x).outputs).toBe(x)
    const layer = new Input({ shape: [2] })
    expect(callOf(entryOf(layer)).layer).toBe(layer)
  })

  it('may have a maximum length', () => {
    const layer = new Input({ shape: [null, 2], maxLength: 6 })
    expect([layer.maxLength, entryOf(layer).shape]).toEqual([6, [null, null, 2]])
    expect(new Input({ shape: [null] }).maxLength).toBeUndefined()
    expect(() => input({ shape: [null], maxLength: 0 })).toThrow(
      "'maxLength' must be a positive whole number and is 0.",
    )
    expect(() => input({ shape: [4, null], maxLength: 6 })).toThrow('it must begin with null, as in shape: [null, 64].')
  })

  it('refuses invalid shapes and dtypes', () => {
    expect(() => input([3] as never)).toThrow(
      'Input takes its options in one object, as in new Input({ shape: [3] }), and got [3].',
    )
    expect(() => input({} as never)).toThrow(
      "InputLayer needs the option 'shape', a list of dimensions, which is missing.",
    )
    expect(() => input({ shape: [-1] })).toThrow(
      "InputLayer: 'shape' must list the dimensions of one sample, whole numbers or null, and is [-1]. Leave the batch out: [28, 28, 1].",
    )
    expect(() => input({ shape: [2.5] })).toThrow("'shape' must")
    expect(() => input({ shape: [2], dtype: 'int8' as 'int32' })).toThrow(
      'must be one of "float16", "float32", "float64", "int32", "uint32", "bool", "string" and is "int8"',
    )
  })
})
