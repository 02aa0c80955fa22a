import { grad } from '@gradus/autograd'
import { cpu } from '@gradus/backend-cpu'
import { describe, expect, it } from 'vitest'
import { useBackend } from '../backend.ts'
import { type Shape, sizeOf } from '../shape.ts'
import type { Tensor } from '../tensor.ts'
import { add, mul } from './arithmetic.ts'
import { sum } from './broadcast.ts'
import { conv, convTranspose, depthwiseConv, separableConv } from './conv.ts'
import { tensor } from './create.ts'
import { cumprod, diff } from './cumulative.ts'
import { einsum } from './einsum.ts'
import { gather, takeAlongAxis } from './indexing.ts'
import { dot, matmul, outer, tensordot } from './matmul.ts'
import { batchMoments, batchNormalization, l2Normalize, layerNormalization } from './normalization.ts'
import { averagePool, maxPool } from './pooling.ts'
import { scatter, scatterAdd, scatterUpdate } from './scatter.ts'
import { sigmoidCrossEntropy, softmax, softmaxCrossEntropy } from './softmax.ts'
import { sort, topK } from './sorting.ts'

await useBackend(cpu())

const int = (values: number[] | number[][]) => tensor(values, { dtype: 'int32' })
const mask = tensor([[true], [false], [true], [true]])

type Function = (...inputs: Tensor[]) => Tensor

const cases: readonly [name: string, f: Function, ...shapes: Shape[]][] = [
  ['matmul with a broadcast batch', (a, b) => matmul(a, b), [2, 1, 2, 3], [3, 3, 2]],
  ['matmul of a batch by one matrix', (a, b) => matmul(a, b, { transposeB: true }), [2, 2, 3], [4, 3]],
  ['matmul of vectors', (a, b) => matmul(a, b), [3], [3]],
  ['matmul of a transposed matrix and a vector', (a, b) => matmul(a, b, { transposeA: true }), [3, 2], [3]],
  ['dot', (a, b) => dot(a, b), [2, 3], [2, 3, 2]],
  ['outer', (a, b) => outer(a, b), [2], [3]],
  [
    'tensordot',
    (a, b) =>
      tensordot(a, b, [
        [0, 2],
        [1, 0],
      ]),
    [2, 3, 2],
    [2, 2, 4],
  ],
  ['einsum with three operands', (a, b, c) => einsum('bij,jk,bk->i', a, b, c), [2, 3, 2], [2, 2], [2, 2]],
  ['einsum with a diagonal and a sum', (a, b) => einsum('iij,k->jk', a, b), [2, 2, 3], [2]],
  [
    'gather',
    (x) =>
      gather(
        x,
        int([
          [0, -1],
          [1, 2],
        ]),
        { axis: 1 },
      ),
    [2, 3, 2],
  ],
  [
    'takeAlongAxis',
    (x) =>
      takeAlongAxis(
        x,
        int([
          [2, 0, 2],
          [-1, 1, 0],
        ]),
        1,
      ),
    [2, 3],
  ],
  [
    'scatter',
    (v) =>
      scatter(
        int([
          [0, 1],
          [1, 0],
          [0, 1],
        ]),
        v,
        [2, 2, 2],
      ),
    [3, 2],
  ],
  ['scatterAdd', (x, u) => scatterAdd(x, int([1, 1, -1]), u, { axis: 1 }), [2, 3], [2, 3]],
  ['scatterUpdate', (x, u) => scatterUpdate(x, int([[1], [3], [1]]), u), [4, 2], [3, 2]],
  ['cumprod', (x) => cumprod(x, { reverse: true }), [2, 4]],
  ['diff', (x) => diff(x, { n: 2, axis: 0 }), [4, 2]],
  ['sort', (x) => sort(x, { axis: 0, descending: true }), [4, 2]],
  ['topK', (x) => topK(x, 2).values, [2, 4]],
  ['conv', (x, k) => conv(x, k, { strides: 2, padding: 'same', groups: 2 }), [1, 5, 4, 2], [3, 2, 1, 4]],
  ['convTranspose', (x, k) => convTranspose(x, k, { strides: [2], padding: 'same' }), [1, 3, 2], [3, 3, 2]],
  ['depthwiseConv', (x, k) => depthwiseConv(x, k, { dilation: 2 }), [1, 5, 2], [2, 2, 2]],
  ['separableConv', (x, d, p) => separableConv(x, d, p, { padding: 'same' }), [1, 4, 2], [3, 2, 2], [1, 4, 3]],
  ['maxPool', (x) => maxPool(x, { poolSize: 3, strides: 2, padding: 'same' }), [1, 5, 4, 2]],
  ['averagePool', (x) => averagePool(x, { poolSize: [2, 3], strides: 1, padding: 'same' }), [1, 3, 4, 1]],
  ['softmax', (x) => softmax(x, { axis: [0, 1] }), [2, 3]],
  ['softmaxCrossEntropy', (x, t) => softmaxCrossEntropy(x, t, { axis: 0 }), [3, 2], [3, 2]],
  ['sigmoidCrossEntropy', (x, t) => sigmoidCrossEntropy(x, t), [2, 3], [2, 3]],
  ['layerNormalization', (x) => layerNormalization(x, { axis: [0, 2] }), [2, 3, 2]],
  ['masked batchMoments', (x) => batchMoments(x, [0], mask).variance, [4, 2]],
  ['batchNormalization', (x, m, s, b) => batchNormalization(x, m, mul(s, s), s, b), [3, 2], [2], [2], [2]],
  ['l2Normalize', (x) => l2Normalize(x, { axis: 0 }), [3, 2]],
]

/** Distinct numbers from -1.5 to 1.5 in a fixed disorder. */
function numbers(count: number, seed: number): number[] {
  return Array.from({ length: count }, (_, i) => ((((i + 1) * 0.7548776662 + seed * 0.5698402909) % 1) - 0.5) * 3)
}

const f64 = (values: ArrayLike<number>, shape: Shape) => tensor(Float64Array.from(values), { shape })

/** The weighted sum of the outputs; the square makes second derivatives of linear functions nonzero. */
function loss(f: Function, inputs: readonly Tensor[]): Tensor {
  const y = f(...inputs)
  return sum(mul(mul(y, y), f64(numbers(y.size, 9), y.shape)))
}

/** Central differences of a scalar function against the gradient it claims, for every element of every input. */
function check(
  value: (inputs: readonly Tensor[]) => Tensor,
  gradients: readonly Tensor[],
  inputs: readonly Tensor[],
): void {
  const step = 1e-5
  inputs.forEach((input, place) => {
    const at = input.dataSync()
    const expected = Array.from(at, (_, index) => {
      const moved = (by: number) =>
        value(
          inputs.map((x, i) =>
            i === place
              ? f64(
                  at.map((v, j) => (j === index ? v + by : v)),
                  x.shape,
                )
              : x,
          ),
        ).item()
      return (Number(moved(step)) - Number(moved(-step))) / (2 * step)
    })
    const actual = gradients[place].dataSync()
    expected.forEach((want, index) => {
      expect(
        Math.abs(actual[index] - want),
        `input ${place}, element ${index}: ${actual[index]}, not ${want}`,
      ).toBeLessThan(1e-6 * (1 + Math.abs(want)))
    })
  })
}

describe('derivatives agree with finite differences', () => {
  it.each(cases)('%s', (_name, f, ...shapes) => {
    const inputs = shapes.map((shape, i) => f64(numbers(sizeOf(shape), i + 1), shape))
    const value = (x: readonly Tensor[]) => loss(f, x)
    const gradient = grad((x: readonly Tensor[]) => value(x))
    check(value, gradient(inputs), inputs)
    const slope = (x: readonly Tensor[]) =>
      gradient(x)
        .map((g, i) => sum(mul(g, f64(numbers(g.size, i + 4), g.shape))))
        .reduce((a, b) => add(a, b))
    check(slope, grad((x: readonly Tensor[]) => slope(x))(inputs), inputs)
  })
})
