import { cpu } from '@gradus/backend-cpu'
import { compile } from '@gradus/graph'
import { add, type Backend, matmul, mul, reshape, sub, sum, type Tensor, tensor, useBackend } from '@gradus/tensor'
import { programChecks } from '@gradus/testing/checks'
import { describe, expect, it } from 'vitest'
import { variantsHere } from './testing/variants.ts'

// The samples of the conformance suite are small. These programs are large and irregular enough to reach every path of the
// code generator.

const cases: Readonly<Record<string, number>> = { 'one thread': 12, 'two threads that share everything': 8 }

describe.each(variantsHere)('programs on wasm with %s', (variant, make) => {
  for (const { name, run } of programChecks(make(), cases[variant] ?? 4)) it(name, run)

  // x + norm(x) with the norm used again: one kernel stores both, and the memory of x goes to the norm
  it('computes all elements at a position before it overwrites what they read', async () => {
    const residual = (x: Tensor, w: Tensor, b: Tensor) => {
      const h = reshape(matmul(x, w), [3, 3, 2])
      const centered = sub(h, 0.5)
      const norm = mul(centered, sum(mul(centered, centered), { axis: 2, keepDims: true }))
      const y = matmul(reshape(add(h, norm), [3, 6]), b)
      const back = reshape(matmul(y, b, { transposeB: true }), [3, 3, 2])
      return [sum(mul(norm, norm)), mul(add(norm, back), centered)]
    }
    const run = async (backend: Backend) => {
      await useBackend(backend)
      const make = (shape: number[], size: number) =>
        reshape(tensor(Array.from({ length: size }, (_, i) => Math.sin(size + i))), shape)
      return compile(residual)(make([9, 2], 18), make([2, 2], 4), make([6, 1], 6)).map((x) => [x.array()].flat(3))
    }
    const [expected, made] = [await run(cpu()), await run(make())]
    expected.forEach((values, output) =>
      values.forEach((value, i) => expect(made[output]![i]).toBeCloseTo(value as number, 4)),
    )
  })
})
