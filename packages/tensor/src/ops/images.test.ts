import { grad } from '@gradus/autograd'
import { cpu } from '@gradus/backend-cpu'
import { describe, expect, it } from 'vitest'
import {
  affineTransform,
  type FillMode,
  gaussianBlur,
  hsvToRgb,
  mean,
  ones,
  perspectivePoints,
  perspectiveTransform,
  randomBeta,
  randomGamma,
  randomKey,
  rgbToGrayscale,
  rgbToHsv,
  sampleImages,
  square,
  sum,
  type Tensor,
  tensor,
  useBackend,
  zeros,
} from '../index.ts'

await useBackend(cpu())

describe('sampleImages', () => {
  const image = tensor([[[[1], [2], [3]]]])

  it.each<[FillMode, number[]]>([
    ['constant', [9, 9, 1, 2, 3, 9, 9]],
    ['nearest', [1, 1, 1, 2, 3, 3, 3]],
    ['wrap', [2, 3, 1, 2, 3, 1, 2]],
    ['mirror', [3, 2, 1, 2, 3, 2, 1]],
    ['reflect', [2, 1, 1, 2, 3, 3, 2]],
  ])('fills with %s', (fillMode, expected) => {
    const columns = tensor([[[-2, -1, 0, 1, 2, 3, 4]]])
    const sampled = sampleImages(image, zeros([1, 1, 7]), columns, { fillMode, fillValue: 9 })
    expect([...sampled.dataSync()]).toEqual(expected)
  })

  it('rounds halves away from 0, and keeps whole numbers', () => {
    const whole = tensor([[[[1], [2], [3]]]], { dtype: 'int32' })
    const columns = tensor([[[0.5, 1.4, -0.5]]])
    const sampled = sampleImages(whole, zeros([1, 1, 3]), columns, { interpolation: 'nearest' })
    expect(sampled.dtype).toBe('int32')
    expect([...sampled.dataSync()]).toEqual([2, 2, 0])
  })

  it('has derivatives by the image and by the coordinates', () => {
    const at = (columns: Tensor) => sum(square(sampleImages(image, zeros([1, 1, 2]), columns)))
    // 1.25 and 2.5: twice the value, times the slope 1
    expect(grad(at)(tensor([[[0.25, 1.5]]])).array()).toEqual([[[2.5, 5]]])
    const of = (x: Tensor) => sum(sampleImages(x, zeros([1, 1, 2]), tensor([[[0.25, 1.5]]])))
    expect(grad(of)(image).array()).toEqual([[[[0.75], [0.75], [0.5]]]])
  })

  it('refuses what does not fit', () => {
    expect(() => sampleImages(image, zeros([1, 2]), zeros([1, 2]))).toThrow('expected [n, height, width, channels]')
    expect(() => sampleImages(image, zeros([1, 1, 1]), zeros([1, 1, 1]), { fillMode: 'edge' as never })).toThrow(
      "the fillMode 'edge' is unknown",
    )
  })
})

describe('maps of images', () => {
  it('turn, shift and project', () => {
    const image = tensor([
      [
        [[1], [2]],
        [[3], [4]],
      ],
    ])
    const quarter = tensor([[0, -1, 1, 1, 0, 0]])
    expect(affineTransform(image, quarter).array()).toEqual([
      [
        [[2], [4]],
        [[1], [3]],
      ],
    ])
    const corners = tensor([
      [
        [0, 0],
        [1, 0],
        [0, 1],
        [1, 1],
      ],
    ])
    const swapped = tensor([
      [
        [1, 0],
        [0, 0],
        [1, 1],
        [0, 1],
      ],
    ])
    expect(perspectiveTransform(image, corners, swapped).array()).toEqual([
      [
        [[2], [1]],
        [[4], [3]],
      ],
    ])
    expect(perspectivePoints(tensor([[[0, 0.5]]]), corners, swapped).array()).toEqual([[[1, 0.5]]])
    expect(() => perspectivePoints(ones([1, 2, 3]), corners, corners)).toThrow('expected [1, k, 2]')
    expect(() => affineTransform(image, ones([2, 6]))).toThrow('expected [1, 6], a row for each image')
    expect(() => perspectiveTransform(image, corners, ones([1, 4, 3]))).toThrow('expected [1, 4, 2]')
    expect(() => affineTransform(ones([2, 2]), quarter)).toThrow('it must be images')
  })
})

describe('colors', () => {
  it('as hue, saturation and value and back', () => {
    const colors = tensor([
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
      [0.2, 0.4, 0.3],
      [0, 0, 0],
      [0.5, 0.5, 0.5],
      [0.9, 0.1, 0.6],
    ])
    const back = hsvToRgb(rgbToHsv(colors)).dataSync()
    colors.dataSync().forEach((value, index) => expect(back[index]).toBeCloseTo(value, 6))
    expect((rgbToHsv(colors).array() as number[][]).slice(0, 3).map(([hue]) => hue)).toEqual([
      0,
      expect.closeTo(1 / 3, 6),
      expect.closeTo(2 / 3, 6),
    ])
  })

  it('of other channels are refused, except gray ones as gray', () => {
    expect(rgbToGrayscale(ones([2, 1])).array()).toEqual([[1], [1]])
    expect(() => rgbToHsv(ones([2, 4]))).toThrow('the last axis must hold 3 channels')
  })
})

describe('gaussianBlur', () => {
  it('keeps the sum inside and takes tensors as deviations', () => {
    const image = zeros([1, 7, 7, 1])
    const point = tensor(
      [...image.dataSync()].map((_, i) => (i === 24 ? 1 : 0)),
      { shape: [1, 7, 7, 1] },
    )
    const smooth = gaussianBlur(point, { kernelSize: [5, 3], sigma: [tensor(1), tensor(0.5)] })
    expect(sum(smooth).item()).toBeCloseTo(1, 6)
    const narrow = gaussianBlur(point, { kernelSize: [5, 5], sigma: [1, 1], reach: 0 })
    expect(narrow.dataSync()).toEqual(point.dataSync())
    expect(() => gaussianBlur(point, { kernelSize: [2, 3] })).toThrow('two odd sizes')
  })
})

describe('random numbers', () => {
  it.each([0.05, 0.5, 1, 4])('with a gamma distribution of the shape %d have its mean and variance', (alpha) => {
    const x = randomGamma(randomKey(1), [40_000], alpha)
    const center = Number(mean(x).item())
    expect(Math.abs(center - alpha)).toBeLessThan(0.05 * Math.sqrt(alpha))
    expect(Math.abs(Number(mean(square(x)).item()) - center ** 2 - alpha)).toBeLessThan(0.2 * alpha)
  })

  it.each<[number, number]>([
    [1e-6, 1e-6],
    [0.2, 0.2],
    [2, 1],
  ])('with a beta distribution of the shapes %d and %d have its mean', (a, b) => {
    const x = randomBeta(randomKey(2), [40_000], a, tensor(b))
    expect(mean(x).item()).toBeCloseTo(a / (a + b), 1)
    expect(mean(square(x)).item()).toBeCloseTo((a * (a + 1)) / ((a + b) * (a + b + 1)), 1)
    expect(x.dataSync().every((value) => value >= 0 && value <= 1)).toBe(true)
  })
})
