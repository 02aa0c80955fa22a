import { compile } from '@gradus/graph'
import { matmul, onBackend, type Tensor, tensor } from '@gradus/tensor'
import { Dice } from '@gradus/testing/checks'
import { describe, expect, it } from 'vitest'
import { variantsHere } from './testing/variants.ts'

// Small integers: sums are exact in any order of additions.

const sizes = {
  rows: [1, 2, 3, 4, 6, 17, 30, 64, 130],
  columns: [1, 3, 4, 5, 8, 17, 33, 70],
  depths: [1, 4, 7, 16, 33, 130],
  batches: [1, 1, 3],
}

interface Case {
  readonly batch: number
  readonly rows: number
  readonly columns: number
  readonly depth: number
  readonly transposeA: boolean
  readonly transposeB: boolean
}

function product(a: Float32Array, b: Float32Array, { batch, rows, columns, depth, transposeA, transposeB }: Case) {
  const result = new Float32Array(batch * rows * columns)
  for (let g = 0; g < batch; g++) {
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) {
        let sum = 0
        for (let k = 0; k < depth; k++) {
          const left = a[g * rows * depth + (transposeA ? k * rows + i : i * depth + k)]!
          const right = b[g * depth * columns + (transposeB ? j * depth + k : k * columns + j)]!
          sum += left * right
        }
        result[(g * rows + i) * columns + j] = sum
      }
    }
  }
  return result
}

function cases(): Case[] {
  const dice = new Dice(7)
  const some = Array.from({ length: 150 }, () => ({
    batch: dice.pick(sizes.batches),
    rows: dice.pick(sizes.rows),
    columns: dice.pick(sizes.columns),
    depth: dice.pick(sizes.depths),
  }))
  // so long that the sums are computed block by block
  const long = [
    { batch: 1, rows: 9, columns: 70, depth: 5000 },
    { batch: 2, rows: 13, columns: 5, depth: 4096 },
    { batch: 1, rows: 64, columns: 9, depth: 4099 },
  ]
  return [...some, ...long].flatMap((shape) =>
    [false, true].flatMap((transposeA) => [false, true].map((transposeB) => ({ ...shape, transposeA, transposeB }))),
  )
}

describe.each(variantsHere)('matrix products on wasm with %s', (_, make) => {
  it('are exact for integers', () => {
    onBackend(make(), () => {
      for (const each of cases()) {
        const { batch, rows, columns, depth, transposeA, transposeB } = each
        const dice = new Dice(rows + 1000 * columns + depth)
        const numbers = (length: number) => Float32Array.from({ length }, () => dice.whole(-3, 3))
        const [a, b] = [numbers(batch * rows * depth), numbers(batch * depth * columns)]
        const left = tensor(a, { shape: transposeA ? [batch, depth, rows] : [batch, rows, depth] })
        const right = tensor(b, { shape: transposeB ? [batch, columns, depth] : [batch, depth, columns] })
        const result = compile((x: Tensor, y: Tensor) => matmul(x, y, { transposeA, transposeB }))(left, right)
        const [actual, expected] = [result.dataSync(), product(a, b, each)]
        const wrong = expected.findIndex((value, i) => actual[i] !== value)
        expect(wrong, `${JSON.stringify(each)}: ${actual[wrong]} instead of ${expected[wrong]} at ${wrong}`).toBe(-1)
        for (const used of [left, right, result]) used.dispose()
      }
    })
  })
})
