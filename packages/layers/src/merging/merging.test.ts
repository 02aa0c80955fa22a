import { cpu } from '@gradus/backend-cpu'
import { input, type Layer, type Masks, maskOf } from '@gradus/core'
import { type Tensor, tensor, useBackend, zeros } from '@gradus/tensor'
import { testLayer } from '@gradus/testing'
import { describe, expect, it } from 'vitest'
import { Add } from './add.ts'
import { Average } from './average.ts'
import { Concatenate } from './concatenate.ts'
import { Dot } from './dot.ts'
import { Maximum } from './maximum.ts'
import { Minimum } from './minimum.ts'
import { Multiply } from './multiply.ts'
import { Subtract } from './subtract.ts'

await useBackend(cpu())

const pair = {
  inputShapes: [
    [2, 3, 4],
    [2, 4],
  ],
  expectedOutputShape: [2, 3, 4],
  expectedParams: 0,
  supportsMasking: true,
  invalidInputShape: [
    [2, 3, 4],
    [3, 4],
  ],
} as const

for (const Merge of [Add, Average, Maximum, Minimum, Multiply, Subtract]) testLayer(Merge, pair)
testLayer(Concatenate, {
  config: { axis: 1 },
  inputShapes: [
    [2, 1, 3],
    [2, 2, 3],
    [2, 3, 3],
  ],
  expectedOutputShape: [2, 6, 3],
  supportsMasking: true,
  invalidInputShape: [
    [2, 1, 3],
    [2, 2, 4],
  ],
})
testLayer(Dot, {
  config: { axes: [1, 3], normalize: true },
  inputShapes: [
    [2, 3, 4],
    [2, 2, 1, 3],
  ],
  expectedOutputShape: [2, 4, 2, 1],
  supportsMasking: true,
})

const values = (layer: Layer, inputs: readonly Tensor[], mask?: Masks) =>
  layer.call(inputs, mask === undefined ? {} : { mask }).array()

describe('merging', () => {
  const a = tensor([[[1], [2], [3]]])
  const b = tensor([[[4], [0], [5]]])
  const maskA = tensor([[true, false, false]])
  const maskB = tensor([[true, true, false]])

  it('replaces masked entries', () => {
    expect(values(new Maximum(), [a, b], [maskA, undefined])).toEqual([[[4], [0], [5]]])
    expect(values(new Minimum(), [a, b], [maskA, maskB])).toEqual([[[1], [0], [3]]])
    expect(values(new Multiply(), [a, b], [maskA, maskB])).toEqual([[[4], [0], [0]]])
    expect(values(new Multiply(), [a, b], [maskA, undefined])).toEqual([[[4], [0], [5]]])
    expect(values(new Add(), [a, b], [maskA, maskB])).toEqual([[[5], [2], [8]]])
  })

  it('counts an entry if one of the inputs counts it', () => {
    const maskAfter = (layer: Layer, mask: Masks) => maskOf(layer.call([a, b], { mask }))?.array()
    expect(maskAfter(new Add(), [maskA, maskB])).toEqual([[true, true, false]])
    expect(maskAfter(new Maximum(), [maskA, maskB])).toEqual([[true, true, false]])
    expect(maskAfter(new Add(), [maskA, undefined])).toBeUndefined()
    expect(maskAfter(new Concatenate({ axis: 1 }), [maskA, undefined])).toEqual([
      [true, false, false, true, true, true],
    ])
    expect(maskAfter(new Concatenate(), [maskA, maskB])).toEqual([[true, true, false]])
    expect(maskAfter(new Concatenate(), undefined)).toBeUndefined()
    expect(maskAfter(new Dot({ axes: 1 }), [maskA, maskB])).toBeUndefined()
  })

  it('casts inputs of several dtypes', () => {
    const whole = tensor([[1, 2]], { dtype: 'int32' })
    const half = tensor([[0.5, 0.5]])
    expect(values(new Add(), [whole, half])).toEqual([[1.5, 2.5]])
    expect(values(new Concatenate(), [whole, half])).toEqual([[1, 2, 0.5, 0.5]])
    expect(new Concatenate().call([whole, tensor([[true]])]).dtype).toBe('int32')
    expect(values(new Average(), [whole, tensor([[2, 2]], { dtype: 'int32' })])).toEqual([[1.5, 2]])
  })

  it('infers shapes with unknown dimensions', () => {
    const x = input({ shape: [null, 4] })
    const sum = new Add().call([x, input({ shape: [4] })])
    expect(sum.sizes).toEqual(x.sizes)
    expect(new Concatenate().call([x, x]).shape).toEqual([null, null, 8])
    expect(new Dot({ axes: -1 }).call([x, x]).shape).toEqual([null, null, null])
    expect(new Dot({ axes: 1 }).call([input({ shape: [4] }), input({ shape: [4] })]).shape).toEqual([null, 1])
  })

  it('refuses inputs that do not fit', () => {
    expect(() => new Add().call(zeros([2, 3]))).toThrow(
      'Add takes a list of tensors, as in call([a, b]), and got a float32[2, 3] tensor.',
    )
    expect(() => new Subtract().call([a, b, a])).toThrow(
      'Subtract takes a list of 2 tensors, as in call([a, b]), and got a list of 3.',
    )
    expect(() => new Add().call([zeros([2, 3]), zeros([1, 3])])).toThrow(
      'Add was given inputs whose shapes [2, 3], [1, 3] have batches of different sizes.',
    )
    expect(() => new Add().call([zeros([2, 3]), zeros([2, 4])])).toThrow('[2, 3], [2, 4] cannot be broadcast to one')
    expect(() => new Concatenate().call([zeros([2, 3]), zeros([3, 4])])).toThrow(
      'They must be equal except along axis 1',
    )
    expect(() => new Dot({ axes: 0 }).call([a, b])).toThrow(
      'Dot cannot sum over axis 0 of its inputs [1, 3, 1] and [1, 3, 1]',
    )
    expect(() => new Dot({ axes: 1 }).call([a, zeros([1, 2])])).toThrow(
      'axis 1 of the first must be as long as axis 1 of the second',
    )
    expect(() => new Dot({ axes: [1] })).toThrow("Dot: 'axes' must be an integer or a list of two and is [1].")
  })
})
