import { cpu } from '@gradus/backend-cpu'
import {
  acos,
  acosh,
  asin,
  asinh,
  atan,
  atan2,
  atanh,
  type Backend,
  cos,
  cosh,
  erf,
  exp,
  expm1,
  log,
  log1p,
  maximum,
  minimum,
  mod,
  onBackend,
  pow,
  rsqrt,
  sigmoid,
  sin,
  sinh,
  sqrt,
  type Tensor,
  tan,
  tanh,
  tensor,
} from '@gradus/tensor'
import { describe, expect, it } from 'vitest'
import { adapterObstacle, dawnGpu } from '../testing/dawn.ts'
import { webgpu } from '../webgpu.ts'

/** For each function, an interval and a bound for the error there: absolute, plus the same factor times the value. */
const unary: readonly (readonly [string, (x: Tensor) => Tensor, number, number, number])[] = [
  ['exp', exp, -87, 88, 2e-6],
  ['expm1', expm1, -20, 20, 2e-6],
  ['log', log, 1e-30, 1e30, 1e-6],
  ['log1p', log1p, -0.99, 1000, 2e-6],
  ['tanh', tanh, -20, 20, 1e-6],
  ['sigmoid', sigmoid, -80, 80, 2e-6],
  ['erf', erf, -5, 5, 1e-6],
  ['sin', sin, -1000, 1000, 1e-5],
  ['cos', cos, -1000, 1000, 1e-5],
  ['tan', tan, -1.5, 1.5, 1e-5],
  ['asin', asin, -1, 1, 1e-6],
  ['acos', acos, -1, 1, 1e-6],
  ['atan', atan, -1000, 1000, 1e-6],
  ['sinh', sinh, -80, 80, 3e-6],
  ['cosh', cosh, -80, 80, 3e-6],
  ['asinh', asinh, -1e6, 1e6, 2e-6],
  ['acosh', acosh, 1, 1e6, 2e-6],
  ['atanh', atanh, -0.999, 0.999, 3e-6],
  ['sqrt', sqrt, 0, 1e30, 1e-6],
  ['rsqrt', rsqrt, 1e-30, 1e30, 1e-6],
]

const specials = [0, -0, 1, -1, Infinity, -Infinity, NaN, 1e30, -1e30, 0.5, -0.5, 2, 3, 100, -100]

const obstacle = await adapterObstacle()

describe.skipIf(obstacle !== undefined)('functions of floats', async () => {
  if (obstacle !== undefined) {
    it('are not tested', () => {})
    return
  }
  const backends: readonly Backend[] = [await webgpu({ gpu: dawnGpu() }), cpu()]
  const both = (inputs: readonly Float32Array[], fn: (...tensors: Tensor[]) => Tensor) =>
    Promise.all(
      backends.map((backend) => onBackend(backend, () => fn(...inputs.map((data) => tensor(data)))).data()),
    ) as Promise<[Float32Array, Float32Array]>

  it.each(unary)('%s', async (_name, fn, low, high, bound) => {
    const steps = 20_000
    const x = Float32Array.from({ length: steps }, (_, i) => low + ((high - low) * i) / (steps - 1))
    const [actual, expected] = await both([x], fn)
    let worst = 0
    actual.forEach((value, i) => {
      const off = Math.abs(value - expected[i]!) / (1 + Math.abs(expected[i]!))
      if (!(off <= worst)) worst = off
    })
    expect(worst).toBeLessThan(bound)
  })

  it.each(unary)('%s of infinities, NaN and zeros', async (name, fn) => {
    const [actual, expected] = await both([Float32Array.from(specials)], fn)
    specials.forEach((x, i) => {
      const [value, right] = [actual[i]!, expected[i]!]
      // drivers differ so far from 0
      if (['sin', 'cos', 'tan'].includes(name) && Math.abs(x) === 1e30) return
      if (Number.isFinite(right)) expect(value, `${name}(${x})`).toBeCloseTo(right, Math.abs(right) > 1e6 ? -24 : 4)
      else expect(value, `${name}(${x})`).toBe(right)
    })
  })

  it.each([
    ['pow', pow],
    ['mod', mod],
    ['atan2', atan2],
    ['maximum', maximum],
    ['minimum', minimum],
  ] as const)('%s of all pairs of special numbers', async (name, fn) => {
    const pairs = specials
      .flatMap((x) => specials.map((y) => [x, y] as const))
      .filter(([x, y]) => (Math.abs(x) < 1e20 && Math.abs(y) < 1e20) || name !== 'mod')
    const [x, y] = [0, 1].map((part) => Float32Array.from(pairs, (pair) => pair[part]!)) as [Float32Array, Float32Array]
    const [actual, expected] = await both([x, y], fn as (x: Tensor, y: Tensor) => Tensor)
    pairs.forEach((pair, i) => {
      const [value, right] = [actual[i]!, expected[i]!]
      const what = `${name}(${pair.join()})`
      // the smallest and the largest numbers may become 0 and infinity
      if (Math.abs(right) < 1e-37) expect(Math.abs(value), what).toBeLessThan(1e-37)
      else if (Number.isFinite(right)) expect(Math.abs(value / right - 1), what).toBeLessThan(1e-4)
      else expect(value, what).toBe(right)
    })
  })
})
