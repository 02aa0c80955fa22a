// Sums and squares that leave the range of float16 on the way to a result within it. Expected: the same in float32.
import { grad } from '@gradus/autograd'
import { compile } from '@gradus/graph'
import {
  averagePool,
  batchMoments,
  cast,
  l2Normalize,
  layerNormalization,
  logSoftmax,
  logSumExp,
  mean,
  mul,
  norm,
  onBackend,
  ones,
  reshape,
  softmax,
  std,
  sum,
  type Tensor,
  tensor,
  variance,
} from '@gradus/tensor'
import { describe, expect, it } from 'vitest'
import { startAll } from '../../../../tests/backends.ts'

const image = (x: Tensor) => reshape(x, [1, 64, 64, 1])

const functions: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  layerNormalization: (x) => layerNormalization(reshape(x, [4, 1024])),
  l2Normalize: (x) => l2Normalize(reshape(x, [4, 1024])),
  mean: (x) => mean(x),
  variance: (x) => variance(mul(x, 0.1)),
  std: (x) => std(x),
  norm: (x) => norm(mul(x, 0.1)),
  'batchMoments, variance': (x) => batchMoments(reshape(mul(x, 0.1), [1024, 4]), [0]).variance,
  'batchMoments with a mask': (x) => batchMoments(reshape(x, [1024, 4]), [0], reshape(ones([4096]), [1024, 4])).mean,
  averagePool: (x) => averagePool(image(x), { poolSize: 16 }),
  'averagePool with padding': (x) => averagePool(image(x), { poolSize: 15, strides: 1, padding: 'same' }),
}

/** Functions of 100 000 classes, whose probabilities are small but not 0. */
const ofClasses: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  softmax: (x) => softmax(x),
  logSoftmax: (x) => logSoftmax(x),
  logSumExp: (x) => logSumExp(x),
}

const started = (await startAll()).flatMap(({ name, backend }) => (backend ? [{ name, backend }] : []))

describe.each(started)('float16 on $name', ({ backend }) => {
  const values = async (f: () => Tensor) => [...(await onBackend(backend, () => cast(f(), 'float32')).data())]

  const check = async (f: (x: Tensor) => Tensor, numbers: Float32Array) => {
    const x = onBackend(backend, () => cast(tensor(numbers), 'float16'))
    const wide = onBackend(backend, () => cast(x, 'float32'))
    const gradient = grad((t: Tensor) => sum(cast(f(t), 'float32')))
    for (const g of [f, gradient]) {
      const expected = await values(() => g(wide))
      const size = Math.max(...expected.map(Math.abs))
      const eager = await values(() => g(x))
      const compiled = await values(() => compile(g)(x))
      for (const found of [eager, compiled]) {
        expect(found).toHaveLength(expected.length)
        // values are rounded to float16 a few times; the smallest number that it holds is 2 ** -24
        const error = Math.max(...found.map((value, i) => Math.abs(value - expected[i]!)))
        expect(error).toBeLessThanOrEqual(2 ** -9 * size + 2 ** -24)
      }
    }
  }

  const numbers = Float32Array.from({ length: 4096 }, (_, i) => 1000 + 800 * Math.sin(i * i))
  for (const [name, f] of Object.entries(functions)) it(`does not overflow in ${name}`, () => check(f, numbers))

  const logits = Float32Array.from({ length: 100_000 }, (_, i) => 0.01 * (i % 3))
  for (const [name, f] of Object.entries(ofClasses)) it(`does not overflow in ${name}`, () => check(f, logits))
})
