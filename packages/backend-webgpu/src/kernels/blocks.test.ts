import { cast, matmul, prod, sum, Tensor } from '@gradus/tensor'
import { trace } from '@gradus/tensor/internals'
import { describe, expect, it } from 'vitest'
import { compileGraph } from '../runtime/program.ts'

/** The number of loops in all shaders of a function of float32 arrays. */
function loopsIn(f: (...xs: Tensor[]) => Tensor, ...shapes: number[][]): number {
  const inputs = shapes.map((shape) => new Tensor({ shape, dtype: 'float32' }))
  const { dispatches } = compileGraph(trace(f, inputs).graph, {})
  return dispatches.reduce((count, { wgsl }) => count + wgsl.split('for (').length - 1, 0)
}

const product = (rows: number, products: number, columns: number) =>
  loopsIn((a, b) => matmul(a, b), [rows, products], [products, columns])
const columnSum = (rows: number, columns: number) => loopsIn((x) => sum(x, { axis: 0 }), [rows, columns])

describe('loops over blocks', () => {
  it('of sums are there only where sums are long, with a level per factor of 128', () => {
    expect([1, 128].map((rows) => columnSum(rows, 3))).toEqual([0, 1])
    // with this many columns each has a thread by itself
    const many = 2 ** 19
    expect([128, 129, 128 ** 2, 128 ** 2 + 1].map((rows) => columnSum(rows, many))).toEqual([1, 2, 2, 3])
  })

  it('of products are there only where sums are long', () => {
    expect([2, 128, 129].map((products) => product(2000, products, 30))).toEqual([1, 1, 2])
    const tiles = [16, 128, 512].map((products) => product(1024, products, 1024))
    expect(new Set(tiles).size).toBe(1)
    expect(product(1024, 528, 1024)).toBe(tiles[0]! + 1)
  })

  it('are not there where nothing is rounded', () => {
    expect(loopsIn((x) => sum(cast(x, 'int32'), { axis: 0 }), [4000, 2 ** 19])).toBe(1)
    expect(loopsIn((x) => prod(x, { axis: 0 }), [4000, 2 ** 19])).toBe(1)
  })
})
