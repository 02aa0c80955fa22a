// Costly expressions that two passes use are kept in row buffers, also where vectors lie along an axis that is not the last.
import { cpu } from '@gradus/backend-cpu'
import { compile } from '@gradus/graph'
import { add, div, expandDims, mul, onBackend, sqrt, square, sum, type Tensor, tensor } from '@gradus/tensor'
import { expect, it } from 'vitest'
import { wasm } from './wasm.ts'

const values = (shape: readonly number[], factor: number) => {
  const size = shape.reduce((product, length) => product * length, 1)
  const data = Array.from({ length: size }, (_, i) => ((i * factor) % 11) / 7 + 0.2)
  return () => tensor(data, { shape })
}

/** Divides by the root of an outer product, and multiplies by the sum of the quotients. */
function scaled(x: Tensor, rows: Tensor, columns: Tensor): Tensor {
  const product = mul(expandDims(add(square(rows), 1), -1), expandDims(add(square(columns), 1), -2))
  const quotients = div(x, sqrt(product))
  return mul(quotients, sum(quotients))
}

it.each([
  [2, 2],
  [4, 2],
  [6, 2],
  [7, 3],
  [9, 2],
  [50, 2],
  [13, 3],
  [3, 5],
  [4, 6],
  [64, 1],
  [130, 2],
])('[%i, %i]', (rows, columns) => {
  const [x, r, c] = [values([rows, columns], 37), values([rows], 5), values([columns], 3)]
  const expected = onBackend(cpu(), () => scaled(x(), r(), c()).array())
  for (const threads of [1, 2]) {
    const backend = wasm({ threads })
    const result = onBackend(backend, () => compile(scaled)(x(), r(), c()).array())
    const flat = (list: unknown) => (list as number[][]).flat()
    flat(result).forEach((value, i) => {
      expect(value).toBeCloseTo(flat(expected)[i]!, 4)
    })
    backend.close()
  }
})
