import { grad } from '@gradus/autograd'
import { cpu } from '@gradus/backend-cpu'
import { describe, expect, it } from 'vitest'
import {
  adaptiveAveragePool,
  adaptiveMaxPool,
  cast,
  mul,
  ones,
  reshape,
  resize,
  sum,
  tensor,
  useBackend,
} from '../index.ts'

await useBackend(cpu())

const row = (...values: number[]) => reshape(tensor(values), [1, 1, values.length, 1])

describe('resize', () => {
  it('is exact for elements at the same places, and keeps constants', () => {
    const flat = ones([1, 3, 5, 2])
    for (const interpolation of ['nearest', 'bilinear', 'bicubic', 'lanczos3', 'lanczos5'] as const) {
      for (const antialias of [false, true]) {
        const resized = resize(flat, [7, 2], { interpolation, antialias })
        expect(resized.shape).toEqual([1, 7, 2, 2])
        for (const value of resized.dataSync()) expect(value).toBeCloseTo(1, 6)
      }
      const x = row(1, 5, 2)
      expect(resize(x, [1, 3], { interpolation }).array()).toEqual(x.array())
      // the centers of 9 parts of 3 elements contain those of the elements
      expect([...resize(x, [1, 9], { interpolation }).dataSync()][4]).toBeCloseTo(5, 6)
    }
  })

  it('smooths axes that become shorter with antialias', () => {
    const x = row(0, 0, 0, 8, 0, 0, 0, 0)
    expect([...resize(x, [1, 2]).dataSync()]).toEqual([0, 0])
    const [left, right] = resize(x, [1, 2], { antialias: true }).dataSync()
    expect(left! + right!).toBeGreaterThan(1)
  })

  it('takes the nearest element, the later one at a tie', () => {
    expect([...resize(row(1, 2, 3, 4), [1, 2], { interpolation: 'nearest' }).dataSync()]).toEqual([2, 4])
    const integers = cast(row(1, 2), 'int32')
    expect(resize(integers, [1, 4], { interpolation: 'nearest' }).dtype).toBe('int32')
  })

  it('has the weights as its gradient', () => {
    const slope = grad((x) => sum(mul(resize(x, [1, 4]), row(1, 10, 100, 1000))))(row(0, 0))
    expect([...slope.dataSync()]).toEqual([1 + 7.5 + 25, 2.5 + 75 + 1000])
  })

  it('refuses other ranks, sizes and interpolations', () => {
    expect(() => resize(ones([2, 2]), [1, 1])).toThrow('resize: the input has shape [2, 2]; it must be images')
    expect(() => resize(row(1), [0, 1])).toThrow('resize: the size is [0, 1]; it must be a positive [height, width].')
    expect(() => resize(row(1), [2, 2], { interpolation: 'area' as never })).toThrow(
      "the interpolation 'area' is unknown; use nearest, bilinear, bicubic, lanczos3, lanczos5.",
    )
  })
})

describe('adaptive pooling', () => {
  it('averages windows of two sizes that overlap, and sends each share of the gradient back', () => {
    const x = reshape(tensor([1, 2, 3, 4, 5]), [1, 5, 1])
    expect([...adaptiveAveragePool(x, 3).dataSync()]).toEqual([1.5, 3, 4.5])
    const weights = reshape(tensor([6, 30, 600]), [1, 3, 1])
    const slope = grad((v) => sum(mul(adaptiveAveragePool(v, 3), weights)))(x)
    expect([...slope.dataSync()]).toEqual([3, 3 + 10, 10, 10 + 300, 300])
  })

  it('sends the gradient of a maximum to its place in each window', () => {
    const x = reshape(tensor([1, 4, 3, 2, 2]), [1, 5, 1])
    expect([...adaptiveMaxPool(x, [3]).dataSync()]).toEqual([4, 4, 2])
    const weights = reshape(tensor([1, 10, 100]), [1, 3, 1])
    const slope = grad((v) => sum(mul(adaptiveMaxPool(v, 3), weights)))(x)
    expect([...slope.dataSync()]).toEqual([0, 11, 0, 100, 0])
  })

  it('refuses sizes that do not fit the rank', () => {
    expect(() => adaptiveMaxPool(ones([1, 2, 2, 1]), [1, 2, 3])).toThrow('adaptiveMaxPool: outputSize is [1,2,3]')
    expect(() => adaptiveAveragePool(ones([2, 2]), 1)).toThrow('adaptiveAveragePool: the input has shape [2, 2]')
  })
})
