import { cpu } from '@gradus/backend-cpu'
import { input } from '@gradus/core'
import { cast, ones, randomKey, randomNormal, reshape, tensor, transpose, useBackend } from '@gradus/tensor'
import { testLayer } from '@gradus/testing'
import { describe, expect, it } from 'vitest'
import { Cropping1D } from './cropping1d.ts'
import { Cropping2D } from './cropping2d.ts'
import { Cropping3D } from './cropping3d.ts'
import { Permute } from './permute.ts'
import { RepeatVector } from './repeat-vector.ts'
import { UpSampling1D } from './up-sampling1d.ts'
import { UpSampling2D } from './up-sampling2d.ts'
import { UpSampling3D } from './up-sampling3d.ts'
import { ZeroPadding1D } from './zero-padding1d.ts'
import { ZeroPadding2D } from './zero-padding2d.ts'
import { ZeroPadding3D } from './zero-padding3d.ts'

await useBackend(cpu())

testLayer(Cropping1D, {
  inputShape: [2, 4, 2],
  expectedOutputShape: [2, 2, 2],
  supportsMasking: false,
  invalidInputShape: [2, 4],
})
testLayer(Cropping2D, {
  config: { cropping: [1, [0, 2]], dataFormat: 'channelsFirst' },
  inputShape: [2, 2, 3, 4],
  expectedOutputShape: [2, 2, 1, 2],
  invalidInputShape: [2, 2, 2, 4],
})
testLayer(Cropping3D, {
  inputShape: [2, 3, 4, 3, 2],
  expectedOutputShape: [2, 1, 2, 1, 2],
  invalidInputShape: [2, 2, 2, 4],
})
testLayer(ZeroPadding1D, {
  config: { padding: [0, 2] },
  inputShape: [2, 3, 2],
  expectedOutputShape: [2, 5, 2],
  supportsMasking: false,
  invalidInputShape: [2, 4],
})
testLayer(ZeroPadding2D, {
  config: { padding: [2, 0], dataFormat: 'channelsFirst' },
  inputShape: [2, 1, 2, 2],
  expectedOutputShape: [2, 1, 6, 2],
  invalidInputShape: [2, 2, 2],
})
testLayer(ZeroPadding3D, {
  config: { padding: 1 },
  inputShape: [2, 1, 1, 2, 2],
  expectedOutputShape: [2, 3, 3, 4, 2],
  invalidInputShape: [2, 2, 2, 1],
})
testLayer(UpSampling1D, {
  inputShape: [2, 3, 2],
  expectedOutputShape: [2, 6, 2],
  supportsMasking: false,
  invalidInputShape: [2, 3],
})
for (const interpolation of ['nearest', 'bilinear', 'bicubic', 'lanczos3'] as const) {
  testLayer(UpSampling2D, {
    config: { size: [2, 3], interpolation, dataFormat: 'channelsFirst' },
    inputShape: [2, 1, 3, 2],
    expectedOutputShape: [2, 1, 6, 6],
    invalidInputShape: [2, 3, 2],
  })
}
testLayer(UpSampling3D, {
  config: { size: [1, 2, 3] },
  inputShape: [2, 1, 2, 1, 2],
  expectedOutputShape: [2, 1, 4, 3, 2],
  invalidInputShape: [2, 2, 2, 1],
})
testLayer(Permute, {
  config: { dims: [3, 1, 2] },
  inputShape: [2, 3, 4, 2],
  expectedOutputShape: [2, 2, 3, 4],
  supportsMasking: false,
  invalidInputShape: [2, 3, 4],
})
testLayer(RepeatVector, {
  config: { n: 3 },
  inputShape: [2, 4],
  expectedOutputShape: [2, 3, 4],
  supportsMasking: false,
  invalidInputShape: [2, 4, 1],
})

describe('borders', () => {
  it('are numbers for all axes, numbers by axis or pairs by axis', () => {
    const x = reshape(tensor([1, 2, 3, 4, 5, 6, 7, 8, 9]), [1, 3, 3, 1])
    const cropped = (cropping: 0 | 1 | [0, 1] | [[0, 1], [1, 0]]) =>
      [...new Cropping2D({ cropping }).call(x).dataSync()].map(Number)
    expect(cropped(1)).toEqual([5])
    expect(cropped([0, 1])).toEqual([2, 5, 8])
    expect(
      cropped([
        [0, 1],
        [1, 0],
      ]),
    ).toEqual([2, 3, 5, 6])
    expect([...new Cropping2D().call(x).shape]).toEqual([1, 3, 3, 1])
    expect(new ZeroPadding2D().call(x).shape).toEqual([1, 5, 5, 1])
  })

  it('refuse invalid options and shapes', () => {
    expect(() => new Cropping1D({ cropping: [1, 2, 3] })).toThrow(
      "Cropping1D: 'cropping' must be a whole number from 0 or a pair [before, after] and is [1,2,3]. Example: cropping: [1, 0].",
    )
    expect(() => new ZeroPadding2D({ padding: [1, [2, -1]] })).toThrow(
      "ZeroPadding2D: 'padding' must be a whole number from 0 or a list with a number or a pair [before, after] for each of 2 axes and is [1,[2,-1]].",
    )
    expect(() => new ZeroPadding3D({ padding: 1.5 })).toThrow("ZeroPadding3D: 'padding' must be")
    expect(() => new Cropping1D({ cropping: 2, name: 'ends' }).call(ones([1, 4, 1]))).toThrow(
      "Cropping1D 'ends' expects spatial axes that are longer than what is cropped and got [1, 4, 1]. 'cropping' takes 4 elements",
    )
    expect(() => new Permute({ dims: [0, 1] })).toThrow("Permute: 'dims' must have each of the numbers from 1")
    expect(() => new Permute({ dims: [1, 1] })).toThrow('and is [1,1]')
    expect(() => new RepeatVector({ n: 0 })).toThrow("RepeatVector: 'n' must be a positive whole number and is 0.")
    expect(() => new UpSampling2D({ interpolation: 'area' as never })).toThrow("UpSampling2D: 'interpolation' must be")
  })

  it('keep unknown dimensions and integers', () => {
    const frames = input({ shape: [null, 4] })
    expect(new Cropping1D().call(frames).shape).toEqual([null, null, 4])
    expect(new Cropping1D({ cropping: 5000 }).call(frames).shape).toEqual([null, null, 4])
    expect(new ZeroPadding1D().call(frames).shape).toEqual([null, null, 4])
    expect(new UpSampling1D().call(frames).shape).toEqual([null, null, 4])
    expect(new Permute({ dims: [2, 1] }).call(frames).sizes[2]).toBe(frames.sizes[1])
    const images = input({ shape: [null, null, 3] })
    expect(new UpSampling2D({ interpolation: 'bicubic' }).call(images).shape).toEqual([null, null, null, 3])
    const x = cast(ones([1, 2, 2, 1]), 'int32')
    expect(new UpSampling2D().call(x).dtype).toBe('int32')
    expect(new ZeroPadding2D().call(x).dtype).toBe('int32')
    expect(new UpSampling2D({ interpolation: 'bilinear' }).call(x).dtype).toBe('float32')
  })

  it('give the same in either data format', () => {
    const x = randomNormal(randomKey(2), [2, 3, 4, 2])
    const sizes = { size: [2, 3], interpolation: 'bicubic' } as const
    const expected = new UpSampling2D(sizes).call(x).array()
    const moved = new UpSampling2D({ ...sizes, dataFormat: 'channelsFirst' }).call(transpose(x, [0, 3, 1, 2]))
    expect(transpose(moved, [0, 2, 3, 1]).array()).toEqual(expected)
  })
})
