// Programs of 20 000 nodes compile on every backend, without recursion over their depth.
import { grad } from '@gradus/autograd'
import { add, exp, flip, mul, onBackend, ones, pad, sin, sum, type Tensor, tensor, transpose } from '@gradus/tensor'
import { describe, expect, it } from 'vitest'
import { startAll } from '../../../tests/backends.ts'
import { compile } from './compile.ts'

const nodes = 20_000

/** Applies a function again and again. */
function repeated<T>(count: number, first: T, next: (value: T, index: number) => T): T {
  let value = first
  for (let index = 0; index < count; index++) value = next(value, index)
  return value
}

for (const { name, backend } of await startAll()) {
  describe.skipIf(!backend)(`on ${name}`, () => {
    const first = async (fn: (...inputs: Tensor[]) => Tensor, ...inputs: (() => Tensor)[]) => {
      const result = onBackend(backend!, () => compile(fn)(...inputs.map((make) => make())))
      return (await result.data())[0]!
    }

    it('a chain of elementwise ops', async () => {
      const chain = (x: Tensor) => repeated(nodes, x, (y, index) => (index % 2 ? mul(y, 0.999) : add(y, x)))
      const expected = repeated(nodes, 1, (y, index) => (index % 2 ? y * 0.999 : y + 1))
      expect(await first(chain, () => ones([64]))).toBeCloseTo(expected, 0)
    }, 120_000)

    it('a sum of inputs', async () => {
      const inputs = Array.from({ length: nodes }, () => () => ones([4]))
      expect(await first((...xs) => xs.reduce((a, b) => add(a, b)), ...inputs)).toBe(nodes)
    }, 120_000)

    it('the gradient of a chain of sines', async () => {
      const sines = (x: Tensor) => sum(repeated(nodes / 4, x, (y) => sin(y)))
      let [x, expected] = [1, 1]
      for (let index = 0; index < nodes / 4; index++) {
        expected *= Math.cos(x)
        x = Math.sin(x)
      }
      const found = await first(
        (x) => grad(sines)(x),
        () => ones([16]),
      )
      expect(Math.abs(found / expected - 1)).toBeLessThan(1e-3)
    }, 120_000)

    it('a chain of reductions', async () => {
      // drivers in software compile these shaders slowly
      const count = name === 'webgpu' ? 300 : nodes / 4
      const chain = (x: Tensor) => repeated(count, x, (y) => mul(add(y, sum(y, { axis: 1, keepDims: true })), 0.2))
      expect(await first(chain, () => ones([4, 4]))).toBeCloseTo(1, 3)
    }, 120_000)

    it('a chain of movements, read at every position', async () => {
      const chain = (x: Tensor) => {
        let moved = x
        return repeated(nodes / 2, x, (total, index) => {
          moved = index % 2 ? flip(moved, 0) : transpose(moved)
          return add(total, moved)
        })
      }
      expect(await first(chain, () => ones([3, 3]))).toBe(1 + nodes / 2)
    }, 120_000)

    it('a value that many nodes read', async () => {
      const fan = (x: Tensor) => {
        const y = exp(x)
        return repeated(nodes / 2, y, (total) => add(total, mul(y, 1)))
      }
      expect(await first(fan, () => tensor([0, 0]))).toBe(1 + nodes / 2)
    }, 120_000)

    it('a value that doubles, behind a condition', async () => {
      const doubled = (x: Tensor) =>
        pad(
          repeated(100, x, (y) => add(y, y)),
          [[1, 1]],
        )
      const result = onBackend(backend!, () => compile(doubled)(ones([3])))
      expect([...(await result.data())]).toEqual([0, 2 ** 100, 2 ** 100, 2 ** 100, 0])
    })
  })
}
