import { cpu } from '@gradus/backend-cpu'
import { input } from '@gradus/core'
import { useBackend } from '@gradus/tensor'
import { describe, expect, it } from 'vitest'
import { HashedCrossing } from './hashed-crossing.ts'
import { Hashing } from './hashing.ts'
import { IntegerLookup } from './integer-lookup.ts'

await useBackend(cpu())

describe('Hashing', () => {
  // the bins are those in the tests of Keras
  it('gives the bins of strings and whole numbers', () => {
    const letters = [['omar'], ['stringer'], ['marlo'], ['wire'], ['skywalker']]
    expect([...new Hashing({ numBins: 2 }).process(letters).data]).toEqual([0, 0, 1, 0, 0])
    expect([...new Hashing({ numBins: 3, maskValue: 'omar' }).process(letters).data]).toEqual([0, 1, 2, 1, 1])
    expect([...new Hashing({ numBins: 3 }).process([[0], [1], [2], [3], [4]]).data]).toEqual([1, 0, 1, 0, 2])
    const salted = new Hashing({ numBins: 2, salt: [133, 137] })
    expect([...salted.process(letters).data]).toEqual([0, 1, 0, 1, 0])
  })

  it('gives vectors, and all values in one bin', () => {
    const layer = new Hashing({ numBins: 3, outputMode: 'oneHot' })
    expect(layer.process([[0], [1]])).toMatchObject({ shape: [2, 3], data: Float32Array.of(0, 1, 0, 1, 0, 0) })
    expect(layer.call(input({ shape: [1], dtype: 'string' })).shape).toEqual([null, 3])
    expect([...new Hashing({ numBins: 1, maskValue: 'a' }).process(['a', 'b']).data]).toEqual([0, 0])
    expect(() => layer.process([Number.NaN])).toThrow('NaN is neither')
    expect(() => new Hashing({ numBins: 2, salt: [1] })).toThrow("'salt' must be a whole number or a list of two")
  })
})

describe('HashedCrossing', () => {
  const features = [
    ['A', 'B', 'A', 'B', 'A'],
    [101, 101, 101, 102, 102],
  ]

  it('gives the bins of combinations', () => {
    expect(new HashedCrossing({ numBins: 5 }).process(features as never)).toEqual({
      data: Int32Array.of(1, 4, 1, 1, 3),
      shape: [5],
      dtype: 'int32',
    })
    expect(new HashedCrossing({ numBins: 5, outputMode: 'oneHot' }).process(features as never)).toMatchObject({
      shape: [5, 5],
    })
    const inputs = [input({ shape: [1], dtype: 'string' }), input({ shape: [1], dtype: 'int32' })]
    expect(new HashedCrossing({ numBins: 5 }).call(inputs).shape).toEqual([null, 1])
  })

  it('refuses one feature and features of different shapes', () => {
    const layer = new HashedCrossing({ numBins: 5 })
    expect(() => layer.process([['a']])).toThrow('crosses at least two features, and was given 1')
    expect(() => layer.process([['a'], ['b', 'c']] as never)).toThrow('takes features of one shape')
    expect(() => layer.process([['a'], [0.5]] as never)).toThrow('0.5 is neither')
  })
})

describe('IntegerLookup', () => {
  it('looks up, with several indices for unknown numbers', () => {
    const layer = new IntegerLookup({ vocabulary: [10, 20], numOovIndices: 2 })
    expect([...layer.process([10, 20, 7, 8, -1]).data]).toEqual([2, 3, 1, 0, 1])
    const masked = new IntegerLookup({ vocabulary: [10], maskToken: 0, outputMode: 'count' })
    expect(masked.call([[0, 10, 10, 5]]).array()).toEqual([[1, 2]])
    expect([...new IntegerLookup({ vocabulary: [4, 6], invert: true }).process([0, 1, 2]).data]).toEqual([-1, 4, 6])
  })

  it('refuses other values', () => {
    const layer = new IntegerLookup({ vocabulary: [1] })
    expect(() => layer.process([1.5])).toThrow('looks up whole numbers, and 1.5 is none')
    expect(() => layer.process(['1'])).toThrow('Use StringLookup for strings')
    expect(() => layer.process([2 ** 25])).toThrow('in float32, which does not hold them exactly')
    expect([...layer.process(Int32Array.of(2 ** 25, 1)).data]).toEqual([0, 1])
    expect(() => new IntegerLookup({ salt: 3 })).toThrow("Leave it out, or set oovMethod: 'farmhash'")
  })
})
