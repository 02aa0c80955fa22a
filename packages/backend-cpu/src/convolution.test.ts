import type { NdArray } from '@gradus/graph'
import { sizeOf } from '@gradus/tensor'
import { stridesOf } from '@gradus/tensor/internals'
import { describe, expect, it } from 'vitest'
import { array, noise, runKernel } from '../test/run-kernel.ts'

interface Params {
  readonly strides: number[]
  readonly padding: [number, number][]
  readonly inputDilation: number[]
  readonly kernelDilation: number[]
  readonly groups: number
}

function outputShape(x: NdArray, kernel: NdArray, params: Params): number[] {
  const spatial = params.strides.map((stride, axis) => {
    const input =
      (x.shape[axis + 1] - 1) * params.inputDilation[axis] + 1 + params.padding[axis][0] + params.padding[axis][1]
    const window = (kernel.shape[axis] - 1) * params.kernelDilation[axis] + 1
    return Math.floor((input - window) / stride) + 1
  })
  return [x.shape[0], ...spatial, kernel.shape[kernel.shape.length - 1]]
}

function coordinates(shape: readonly number[], position: number): number[] {
  return stridesOf(shape).map((stride, axis) => Math.floor(position / stride) % shape[axis])
}

/** The definition: every output element is a sum over the elements of the kernel. */
function naive(x: NdArray, kernel: NdArray, params: Params): number[] {
  const shape = outputShape(x, kernel, params)
  const rank = params.strides.length
  const features = kernel.shape[rank + 1]
  const channels = kernel.shape[rank]
  const xStrides = stridesOf(x.shape)
  return Array.from({ length: sizeOf(shape) }, (_, position) => {
    const out = coordinates(shape, position)
    const feature = out[rank + 1]
    const group = Math.floor(feature / (features / params.groups))
    let sum = 0
    for (let at = 0; at < kernel.data.length; at++) {
      const tap = coordinates(kernel.shape, at)
      if (tap[rank + 1] !== feature) continue
      let from = out[0] * xStrides[0] + group * channels + tap[rank]
      let inside = true
      for (let axis = 0; axis < rank; axis++) {
        const place =
          out[axis + 1] * params.strides[axis] + tap[axis] * params.kernelDilation[axis] - params.padding[axis][0]
        const dilation = params.inputDilation[axis]
        inside &&= place >= 0 && place % dilation === 0 && place / dilation < x.shape[axis + 1]
        from += (place / dilation) * xStrides[axis + 1]
      }
      if (inside) sum += x.data[from] * kernel.data[at]
    }
    return sum
  })
}

const plain: Params = {
  strides: [1, 1],
  padding: [
    [0, 0],
    [0, 0],
  ],
  inputDilation: [1, 1],
  kernelDilation: [1, 1],
  groups: 1,
}

const cases: readonly (readonly [string, number[], number[], Params])[] = [
  ['plain', [2, 5, 6, 3], [3, 2, 3, 4], plain],
  ['strides', [1, 7, 8, 2], [3, 3, 2, 5], { ...plain, strides: [2, 3] }],
  [
    'padding',
    [2, 4, 5, 2],
    [3, 3, 2, 3],
    {
      ...plain,
      padding: [
        [1, 1],
        [2, 0],
      ],
    },
  ],
  [
    'negative padding',
    [1, 7, 8, 2],
    [2, 2, 2, 3],
    {
      ...plain,
      padding: [
        [-1, -2],
        [1, -1],
      ],
    },
  ],
  [
    'input dilation',
    [2, 3, 4, 2],
    [3, 3, 2, 3],
    {
      ...plain,
      inputDilation: [2, 3],
      padding: [
        [2, 2],
        [2, 2],
      ],
    },
  ],
  ['kernel dilation', [1, 9, 9, 2], [3, 2, 2, 3], { ...plain, kernelDilation: [2, 3] }],
  ['groups', [2, 4, 4, 6], [2, 2, 2, 9], { ...plain, groups: 3 }],
  [
    'depthwise',
    [2, 5, 5, 4],
    [3, 3, 1, 4],
    {
      ...plain,
      groups: 4,
      padding: [
        [1, 1],
        [1, 1],
      ],
    },
  ],
  ['depthwise with a multiplier', [2, 5, 5, 3], [2, 3, 1, 6], { ...plain, groups: 3, strides: [2, 1] }],
  [
    'everything',
    [2, 6, 7, 4],
    [3, 2, 2, 6],
    {
      strides: [2, 3],
      padding: [
        [3, -1],
        [0, 2],
      ],
      inputDilation: [2, 1],
      kernelDilation: [1, 2],
      groups: 2,
    },
  ],
  [
    'a larger image, in several blocks',
    [1, 40, 40, 8],
    [5, 5, 8, 3],
    {
      ...plain,
      padding: [
        [2, 2],
        [2, 2],
      ],
    },
  ],
  [
    'one dimension',
    [2, 9, 3],
    [4, 3, 5],
    { strides: [2], padding: [[1, 2]], inputDilation: [1], kernelDilation: [2], groups: 1 },
  ],
  [
    'three dimensions',
    [1, 3, 4, 5, 2],
    [2, 2, 3, 2, 3],
    {
      strides: [1, 2, 1],
      padding: [
        [0, 1],
        [1, 0],
        [1, 1],
      ],
      inputDilation: [1, 1, 1],
      kernelDilation: [1, 1, 1],
      groups: 1,
    },
  ],
]

describe('conv agrees with its definition', () => {
  it.each(cases)('%s', (_, xShape, kernelShape, params) => {
    const x = noise(xShape, 1)
    const kernel = noise(kernelShape, 2)
    const expected = naive(x, kernel, params)
    const result = runKernel('conv', [x, kernel], params, { shape: outputShape(x, kernel, params) })
    expect(result.length).toBe(expected.length)
    for (const [i, value] of result.entries()) expect(value).toBeCloseTo(expected[i], 12)
  })

  it('in float32', () => {
    const x = noise([1, 6, 6, 3], 3, 'float32')
    const kernel = noise([3, 3, 3, 4], 4, 'float32')
    const expected = naive(x, kernel, plain)
    runKernel('conv', [x, kernel], plain, { shape: [1, 4, 4, 4] }).forEach((value, i) => {
      expect(value).toBe(Math.fround(value))
      expect(value).toBeCloseTo(expected[i], 5)
    })
  })

  it('without elements', () => {
    const kernel = noise([3, 3, 2, 4], 5)
    expect(runKernel('conv', [array('float64', [], [0, 5, 5, 2]), kernel], plain, { shape: [0, 3, 3, 4] })).toEqual([])
    const noChannels = [array('float64', [], [1, 2, 2, 0]), array('float64', [], [2, 2, 0, 1])]
    expect(runKernel('conv', noChannels, plain, { shape: [1, 1, 1, 1] })).toEqual([0])
    expect(runKernel('conv', [noise([1, 2, 2, 2], 6), kernel], plain, { shape: [1, 0, 0, 4] })).toEqual([])
  })
})
