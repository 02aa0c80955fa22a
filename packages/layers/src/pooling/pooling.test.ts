import { cpu } from '@gradus/backend-cpu'
import { input } from '@gradus/core'
import { cast, ones, randomKey, randomNormal, tensor, transpose, useBackend } from '@gradus/tensor'
import { testLayer } from '@gradus/testing'
import { describe, expect, it } from 'vitest'
import { AdaptiveAveragePooling1D } from './adaptive-average-pooling1d.ts'
import { AdaptiveAveragePooling2D } from './adaptive-average-pooling2d.ts'
import { AdaptiveAveragePooling3D } from './adaptive-average-pooling3d.ts'
import { AdaptiveMaxPooling1D } from './adaptive-max-pooling1d.ts'
import { AdaptiveMaxPooling2D } from './adaptive-max-pooling2d.ts'
import { AdaptiveMaxPooling3D } from './adaptive-max-pooling3d.ts'
import { AveragePooling1D } from './average-pooling1d.ts'
import { AveragePooling2D } from './average-pooling2d.ts'
import { AveragePooling3D } from './average-pooling3d.ts'
import { GlobalAveragePooling1D } from './global-average-pooling1d.ts'
import { GlobalAveragePooling2D } from './global-average-pooling2d.ts'
import { GlobalAveragePooling3D } from './global-average-pooling3d.ts'
import { GlobalMaxPooling1D } from './global-max-pooling1d.ts'
import { GlobalMaxPooling2D } from './global-max-pooling2d.ts'
import { GlobalMaxPooling3D } from './global-max-pooling3d.ts'
import { MaxPooling1D } from './max-pooling1d.ts'
import { MaxPooling3D } from './max-pooling3d.ts'

await useBackend(cpu())

const invalid = { 1: [2, 4], 2: [2, 4, 4], 3: [2, 4, 4, 4] } as const
const small = { 1: [2, 5, 2], 2: [2, 5, 3, 2], 3: [2, 2, 3, 3, 2] } as const

testLayer(MaxPooling1D, {
  config: { padding: 'same', dataFormat: 'channelsFirst' },
  inputShape: small[1],
  expectedOutputShape: [2, 5, 1],
  supportsMasking: false,
  invalidInputShape: invalid[1],
})
testLayer(MaxPooling3D, {
  config: { poolSize: [1, 2, 2], strides: 1 },
  inputShape: small[3],
  expectedOutputShape: [2, 2, 2, 2, 2],
  invalidInputShape: invalid[3],
})
testLayer(AveragePooling1D, {
  config: { poolSize: 3, strides: 2, padding: 'same' },
  inputShape: small[1],
  expectedOutputShape: [2, 3, 2],
  supportsMasking: false,
  invalidInputShape: invalid[1],
})
testLayer(AveragePooling2D, { inputShape: small[2], expectedOutputShape: [2, 2, 1, 2], invalidInputShape: invalid[2] })
testLayer(AveragePooling3D, {
  config: { poolSize: [2, 1, 3], padding: 'same', dataFormat: 'channelsFirst' },
  inputShape: small[3],
  expectedOutputShape: [2, 2, 2, 3, 1],
  invalidInputShape: invalid[3],
})
testLayer(GlobalMaxPooling1D, {
  inputShape: small[1],
  expectedOutputShape: [2, 2],
  supportsMasking: false,
  invalidInputShape: invalid[1],
})
testLayer(GlobalMaxPooling2D, {
  config: { keepDims: true },
  inputShape: small[2],
  expectedOutputShape: [2, 1, 1, 2],
  invalidInputShape: invalid[2],
})
testLayer(GlobalMaxPooling3D, {
  config: { dataFormat: 'channelsFirst' },
  inputShape: small[3],
  expectedOutputShape: [2, 2],
  invalidInputShape: invalid[3],
})
testLayer(GlobalAveragePooling1D, {
  inputShape: small[1],
  mask: [
    [true, false, true, true, false],
    [true, true, false, false, false],
  ],
  expectedOutputShape: [2, 2],
  supportsMasking: true,
  invalidInputShape: invalid[1],
})
testLayer(GlobalAveragePooling2D, {
  config: { keepDims: true, dataFormat: 'channelsFirst' },
  inputShape: small[2],
  expectedOutputShape: [2, 5, 1, 1],
  supportsMasking: false,
  invalidInputShape: invalid[2],
})
testLayer(GlobalAveragePooling3D, { inputShape: small[3], expectedOutputShape: [2, 2], invalidInputShape: invalid[3] })
testLayer(AdaptiveMaxPooling1D, {
  config: { outputSize: 3 },
  inputShape: small[1],
  expectedOutputShape: [2, 3, 2],
  supportsMasking: false,
  invalidInputShape: invalid[1],
})
testLayer(AdaptiveMaxPooling2D, {
  config: { outputSize: [2, 4], dataFormat: 'channelsFirst' },
  inputShape: small[2],
  expectedOutputShape: [2, 5, 2, 4],
  invalidInputShape: invalid[2],
})
testLayer(AdaptiveMaxPooling3D, {
  config: { outputSize: 2 },
  inputShape: small[3],
  expectedOutputShape: [2, 2, 2, 2, 2],
  invalidInputShape: invalid[3],
})
testLayer(AdaptiveAveragePooling1D, {
  config: { outputSize: [3] },
  inputShape: small[1],
  expectedOutputShape: [2, 3, 2],
  supportsMasking: false,
  invalidInputShape: invalid[1],
})
testLayer(AdaptiveAveragePooling2D, {
  config: { outputSize: [2, 4] },
  inputShape: small[2],
  expectedOutputShape: [2, 2, 4, 2],
  invalidInputShape: invalid[2],
})
testLayer(AdaptiveAveragePooling3D, {
  config: { outputSize: 2, dataFormat: 'channelsFirst' },
  inputShape: small[3],
  expectedOutputShape: [2, 2, 2, 2, 2],
  invalidInputShape: invalid[3],
})

describe('pooling', () => {
  it('gives the same in either data format', () => {
    const x = randomNormal(randomKey(2), [2, 5, 4, 3])
    for (const [last, first] of [
      [
        new AveragePooling2D({ padding: 'same' }),
        new AveragePooling2D({ padding: 'same', dataFormat: 'channelsFirst' }),
      ],
      [
        new AdaptiveMaxPooling2D({ outputSize: [3, 2] }),
        new AdaptiveMaxPooling2D({ outputSize: [3, 2], dataFormat: 'channelsFirst' }),
      ],
    ] as const) {
      const moved = first.call(transpose(x, [0, 3, 1, 2]))
      expect(transpose(moved, [0, 2, 3, 1]).array()).toEqual(last.call(x).array())
    }
  })

  it('averages the steps that the mask keeps, also where the others are infinite', () => {
    const x = tensor([[[1], [Number.POSITIVE_INFINITY], [4]]])
    const mask = tensor([[true, false, true]])
    expect(new GlobalAveragePooling1D().call(x, { mask }).array()).toEqual([[2.5]])
    expect(new GlobalAveragePooling1D({ keepDims: true }).call(x, { mask }).array()).toEqual([[[2.5]]])
  })

  it('has overlapping windows where the size does not divide the length, and repeats elements where it is larger', () => {
    const x = tensor([[[1], [2], [3], [4], [5], [6], [7], [8]]])
    expect(new AdaptiveAveragePooling1D({ outputSize: 3 }).call(x).array()).toEqual([[[2], [4.5], [7]]])
    expect(new AdaptiveMaxPooling1D({ outputSize: 3 }).call(x).array()).toEqual([[[3], [6], [8]]])
    const two = tensor([[[1], [3]]])
    expect(new AdaptiveAveragePooling1D({ outputSize: 3 }).call(two).array()).toEqual([[[1], [2], [3]]])
    expect(new AdaptiveMaxPooling1D({ outputSize: 4 }).call(two).array()).toEqual([[[1], [1], [3], [3]]])
  })

  it('infers shapes with unknown dimensions', () => {
    const frames = input({ shape: [null, 4] })
    expect(new AdaptiveAveragePooling1D({ outputSize: 3 }).call(frames).shape).toEqual([null, 3, 4])
    expect(new GlobalMaxPooling1D().call(frames).shape).toEqual([null, 4])
    expect(new AveragePooling1D({ padding: 'same' }).call(frames).shape).toEqual([null, null, 4])
  })

  it('averages integers as floats', () => {
    const x = cast(tensor([[[1], [2]]]), 'int32')
    for (const layer of [new AveragePooling1D(), new AdaptiveAveragePooling1D({ outputSize: 1 })]) {
      expect(layer.call(x).array()).toEqual([[[1.5]]])
    }
    expect(new GlobalAveragePooling1D().call(x).array()).toEqual([[1.5]])
    expect(new AdaptiveMaxPooling1D({ outputSize: 1 }).call(x).dtype).toBe('int32')
  })

  it('refuses invalid options and shapes', () => {
    expect(() => new AdaptiveMaxPooling2D({ outputSize: [1, 2, 3] })).toThrow(
      "AdaptiveMaxPooling2D: 'outputSize' must be a positive whole number or a list of 2 of them and is [1,2,3].",
    )
    expect(() => new AdaptiveAveragePooling1D({} as never)).toThrow("needs the option 'outputSize'")
    expect(() => new GlobalAveragePooling1D({ name: 'mean' }).call(ones([2, 3]))).toThrow(
      "GlobalAveragePooling1D 'mean' expects sequences of shape [batch, steps, channels] and got [2, 3]. Pool before flattening.",
    )
  })
})
