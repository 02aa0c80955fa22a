import { grad } from '@gradus/autograd'
import { cpu } from '@gradus/backend-cpu'
import { describe, expect, it } from 'vitest'
import { useBackend } from '../backend.ts'
import { ShapeError } from '../errors.ts'
import type { Shape } from '../shape.ts'
import type { Tensor } from '../tensor.ts'
import { mul, sub } from './arithmetic.ts'
import { sum } from './broadcast.ts'
import { conv, convTranspose, depthwiseConv, separableConv } from './conv.ts'
import { convOp } from './conv-op.ts'
import { ones, tensor, zeros } from './create.ts'
import recordedCases from './recorded/conv.json' with { type: 'json' }

await useBackend(cpu())

type Recorded = { readonly shape: Shape; readonly data: readonly number[] }
type Case = (typeof recordedCases)[number]

const load = ({ shape, data }: Recorded) => tensor(Float32Array.from(data), { shape })

function expectClose(actual: Tensor, expected: Recorded): void {
  expect(actual.shape).toEqual(expected.shape)
  const largest = Math.max(...expected.data.map(Math.abs))
  const values = actual.dataSync()
  expected.data.forEach((want, i) => {
    expect(Math.abs(values[i] - want), `element ${i}: ${values[i]}, not ${want}`).toBeLessThanOrEqual(
      1e-5 * Math.max(Math.abs(want), 0.1 * largest, 1e-3),
    )
  })
}

function run(
  { kind, strides, padding, dilation, groups, outputPadding }: Case,
  x: Tensor,
  kernels: readonly Tensor[],
): Tensor {
  const named = padding as 'valid' | 'same'
  if (kind.endsWith('Transpose')) {
    return convTranspose(x, kernels[0], { strides, padding: named, dilation, outputPadding: outputPadding ?? null })
  }
  const options = { strides, padding: named, dilation }
  if (kind.startsWith('Depthwise')) return depthwiseConv(x, kernels[0], options)
  if (kind.startsWith('Separable')) return separableConv(x, kernels[0], kernels[1], options)
  return conv(x, kernels[0], { ...options, groups })
}

describe('convolutions agree with Keras', () => {
  it.each(recordedCases.map((entry) => [entry.name, entry] as const))('%s', (_name, entry) => {
    const x = load(entry.x)
    const kernels = entry.kernels.map(load)
    const output = run(entry, x, kernels)
    const expected = entry.bias ? sub(load(entry.output), load(entry.bias)) : load(entry.output)
    expectClose(output, { shape: expected.shape, data: Array.from(expected.dataSync()) })
    const loss = (weights: readonly Tensor[]) =>
      sum(mul(run(entry, weights[0], weights.slice(1)), load(entry.cotangent)))
    const [gradX, ...gradKernels] = grad(loss)([x, ...kernels])
    expectClose(gradX, entry.gradX)
    entry.gradKernels.forEach((recorded, i) => {
      expectClose(gradKernels[i], recorded)
    })
  })
})

describe('conv', () => {
  it('takes padding as pairs and cuts where they are negative', () => {
    const x = tensor([[[1], [2], [3], [4]]])
    const kernel = tensor([[[1]], [[10]]])
    expect(conv(x, kernel, { padding: [[1, 0]] }).array()).toEqual([[[10], [21], [32], [43]]])
    expect(conv(x, kernel, { padding: [[-1, 0]] }).array()).toEqual([[[32], [43]]])
  })

  it('puts the odd element of "same" on the right', () => {
    const x = tensor([[[1], [2], [3]]])
    expect(conv(x, tensor([[[1]], [[10]]]), { padding: 'same' }).array()).toEqual([[[21], [32], [3]]])
  })

  it('sees nothing later with "causal"', () => {
    const x = tensor([[[1], [2], [3]]])
    expect(conv(x, tensor([[[10]], [[1]]]), { padding: 'causal', dilation: 2 }).array()).toEqual([[[1], [2], [13]]])
  })

  it('gives nothing for a batch of nothing', () => {
    expect(conv(zeros([0, 4, 2]), ones([2, 2, 3])).shape).toEqual([0, 3, 3])
  })

  it.each([
    ['a kernel that does not fit', () => conv(zeros([1, 2, 1]), zeros([3, 1, 1])), /spans 3 elements .* \[1, 2, 1\]/],
    ['wrong channels', () => conv(zeros([1, 4, 3]), zeros([2, 2, 1])), /\[1, 4, 3\].*\[2, 2, 1\].*3 \/ 1 channels/],
    [
      'groups that do not divide the filters',
      () => conv(zeros([1, 4, 2]), zeros([2, 1, 3]), { groups: 2 }),
      /multiple of the groups/,
    ],
    [
      'causal padding of an image',
      () => conv(zeros([1, 4, 4, 1]), zeros([2, 2, 1, 1]), { padding: 'causal' }),
      /one spatial axis/,
    ],
    [
      'a stride of 0',
      () => conv(zeros([1, 4, 1]), zeros([2, 1, 1]), { strides: 0 }),
      /strides is 0; .* whole number from 1/,
    ],
    [
      'an unknown padding',
      () => conv(zeros([1, 4, 1]), zeros([2, 1, 1]), { padding: 'full' as 'same' }),
      /'full' is unknown/,
    ],
    ['no spatial axis', () => conv(zeros([1, 4]), zeros([2, 1])), /1 to 3 spatial axes/],
    ['a kernel of another rank', () => conv(zeros([1, 4, 1]), zeros([2, 2, 1, 1])), /kernel has shape \[2, 2, 1, 1\]/],
    ['another dtype', () => conv(zeros([1, 4, 1]), zeros([2, 1, 1], 'float64')), /float32 and the kernel float64/],
    [
      'a transposed kernel with other channels',
      () => convTranspose(zeros([1, 4, 3]), zeros([2, 3, 1])),
      /\[\.\.\.spatial, f, 3\]/,
    ],
    [
      'a depthwise kernel with other channels',
      () => depthwiseConv(zeros([1, 4, 3]), zeros([2, 1, 1])),
      /\[\.\.\.spatial, 3, multiplier\]/,
    ],
  ])('refuses %s', (_name, body, message) => {
    expect(body).toThrow(ShapeError)
    expect(body).toThrow(message)
  })

  it('has an output of size 0, not a negative one, where only the primitive is asked', () => {
    const params = { strides: [1], padding: [[0, 0]] as const, inputDilation: [1], kernelDilation: [1], groups: 1 }
    expect(convOp.shape([zeros([1, 1, 1]), zeros([3, 1, 1])], params).shape).toEqual([1, 0, 1])
  })
})
