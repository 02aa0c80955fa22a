import { cpu } from '@gradus/backend-cpu'
import { reshape, tensor, useBackend, zeros } from '@gradus/tensor'
import { testLayer } from '@gradus/testing'
import { describe, expect, it } from 'vitest'
import { Flatten } from './flatten.ts'
import { Reshape } from './reshape.ts'

await useBackend(cpu())

testLayer(Flatten, { inputShape: [2, 3, 4], expectedOutputShape: [2, 12], expectedParams: 0, supportsMasking: false })
testLayer(Reshape, {
  config: { targetShape: [4, -1] },
  inputShape: [2, 3, 4],
  expectedOutputShape: [2, 4, 3],
  expectedParams: 0,
})

describe('Flatten', () => {
  it('gives a column for samples without dimensions', () => {
    expect(new Flatten().apply(tensor([1, 2])).array()).toEqual([[1], [2]])
  })

  it('refuses a scalar', () => {
    expect(() => new Flatten().apply(tensor(1))).toThrow('Flatten expects an input with a batch axis and got [].')
  })

  it('moves channels last before flattening', () => {
    const x = reshape(tensor([1, 2, 3, 4, 5, 6]), [1, 2, 3])
    expect(new Flatten({ dataFormat: 'channelsFirst' }).apply(x).array()).toEqual([[1, 4, 2, 5, 3, 6]])
    expect(() => new Flatten({ dataFormat: 'last' as never })).toThrow(
      'Flatten: \'dataFormat\' must be one of "channelsLast", "channelsFirst" and is "last".',
    )
  })
})

describe('Reshape', () => {
  it('infers the shape for an empty batch', () => {
    expect(new Reshape({ targetShape: [-1, 2] }).apply(zeros([0, 6])).shape).toEqual([0, 3, 2])
  })

  it('takes null for -1, as Keras does', () => {
    expect(new Reshape({ targetShape: [null, 2] }).apply(zeros([3, 6])).shape).toEqual([3, 3, 2])
    expect(() => new Reshape({ targetShape: [null, -1] })).toThrow('with at most one -1 and is [null,-1]')
  })

  it('refuses samples and options that do not fit', () => {
    expect(() => new Reshape({ targetShape: [-1, -1] })).toThrow('with at most one -1 and is [-1,-1]')
    const layer = new Reshape({ targetShape: [5], name: 'row' })
    expect(() => layer.apply(zeros([2, 6]))).toThrow(
      "Reshape 'row' expects samples that fill [5] and got [2, 6]. A sample has 6 elements",
    )
    expect(() => new Reshape({ targetShape: [4, -1] }).apply(zeros([2, 6]))).toThrow('A sample has 6 elements')
  })
})
