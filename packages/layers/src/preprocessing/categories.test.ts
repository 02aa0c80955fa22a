import { cpu } from '@gradus/backend-cpu'
import { Registry } from '@gradus/core'
import { tensor, useBackend } from '@gradus/tensor'
import { testLayer } from '@gradus/testing'
import { describe, expect, it } from 'vitest'
import { CategoryEncoding, type CategoryEncodingConfig } from './category-encoding.ts'
import { Discretization, type DiscretizationConfig } from './discretization.ts'
import { Rescaling } from './rescaling.ts'

await useBackend(cpu())

testLayer(Rescaling, {
  config: { scale: 0.5, offset: -1 },
  inputShape: [2, 3],
  expectedOutputShape: [2, 3],
  expectedParams: 0,
  supportsMasking: true,
})

testLayer(Discretization, {
  config: { binBoundaries: [-0.5, 0, 0.5], outputMode: 'multiHot' },
  inputShape: [2, 3],
  expectedOutputShape: [2, 4],
  expectedParams: 0,
  supportsMasking: false,
})

const ints = (values: number[] | number[][]) => tensor(values, { dtype: 'int32' })

describe('Rescaling', () => {
  it('takes a factor for each channel, and integers', () => {
    const layer = new Rescaling({ scale: [1, 10], offset: [0, 0.5] })
    expect(layer.call(ints([[1, 2]])).array()).toEqual([[1, 20.5]])
    expect(() => new Rescaling({ scale: 'x' as never }).call(ints([1]))).toThrow("Rescaling: 'scale' must be a number")
  })
})

describe('CategoryEncoding', () => {
  it('gives a vector for each category, or one for all', () => {
    const encode = (outputMode: CategoryEncodingConfig['outputMode'], x: number[] | number[][]) =>
      new CategoryEncoding({ numTokens: 3, ...(outputMode && { outputMode }) }).call(ints(x)).array()
    expect(encode('oneHot', [[1], [2]])).toEqual([
      [0, 1, 0],
      [0, 0, 1],
    ])
    expect(encode('oneHot', [[0, 7]])).toEqual([
      [
        [1, 0, 0],
        [0, 0, 0],
      ],
    ])
    expect(encode('multiHot', [[1, 1, 2]])).toEqual([[0, 1, 1]])
    expect(encode('count', [[1, 1, 2]])).toEqual([[0, 2, 1]])
  })

  it('adds weights to counts', () => {
    const layer = new CategoryEncoding({ numTokens: 3, outputMode: 'count' })
    expect(layer.call(ints([[1, 1, 2]]), { countWeights: tensor([[0.5, 0.25, 4]]) }).array()).toEqual([[0, 0.75, 4]])
    expect(() => layer.call(ints([[1, 1]]), { countWeights: tensor([[1]]) })).toThrow(
      "CategoryEncoding expects an input of the shape of 'countWeights' [1, 1] and got [1, 2]",
    )
    const other = new CategoryEncoding({ numTokens: 3 })
    expect(() => other.call(ints([[1]]), { countWeights: tensor([[1]]) })).toThrow(
      "'countWeights' are for outputMode 'count'",
    )
    expect(() => new CategoryEncoding({ numTokens: 3, sparse: true })).toThrow('there are no sparse tensors')
  })
})

describe('Discretization', () => {
  it('gives the bin above a boundary, and the last one for NaN', () => {
    const layer = new Discretization({ binBoundaries: [0, 1] })
    expect(layer.call(tensor([[-5, 0, 0.5, 1, Number.NaN]])).array()).toEqual([[0, 1, 1, 2, 2]])
    expect(layer.call(ints([[-1, 3]])).array()).toEqual([[0, 2]])
  })

  it('learns quantiles, as Keras does', async () => {
    // recorded from Keras 3.15
    const layer = new Discretization({ numBins: 4 })
    await expect(async () => layer.call(tensor([[1]]))).rejects.toThrow('has no boundaries yet')
    await layer.adapt(Array.from({ length: 250 }, (_, i) => (i * i) % 97))
    expect(layer.boundaries).toEqual([22.000003814697266, 48.50000762939453, 74.49999237060547])
    const again = new Registry([Discretization]).parse('layer', JSON.parse(JSON.stringify(layer.toSpec())))
    expect((again as Discretization).boundaries).toEqual(layer.boundaries)
  })

  it.each<[DiscretizationConfig, string]>([
    [{}, "Discretization needs 'binBoundaries', or 'numBins'"],
    [{ binBoundaries: [1, 0] }, "'binBoundaries' must be in ascending order, and 0 follows 1"],
    [{ numBins: 3, sparse: true }, 'there are no sparse tensors'],
  ])('refuses %j', (config, message) => {
    expect(() => new Discretization(config)).toThrow(message)
  })

  it('refuses data without finite values, and given boundaries', async () => {
    const layer = new Discretization({ numBins: 3 })
    await expect(layer.adapt([])).rejects.toThrow('is adapted to no values')
    await expect(layer.adapt([1, Number.NaN])).rejects.toThrow('data that holds NaN')
    await expect(new Discretization({ binBoundaries: [0] }).adapt([1])).rejects.toThrow(
      "has 'binBoundaries' and learns nothing",
    )
  })
})
