import type { Kernel, NdArray } from '@gradus/graph'
import { isFloat } from '@gradus/tensor'
import { type Matrix, multiply, multiplyIntegers } from './multiply.ts'

interface MatmulParams {
  readonly transposeA: boolean
  readonly transposeB: boolean
}

export const linearKernels: Readonly<Record<string, Kernel>> = {
  matmul(output, [a, b], { transposeA, transposeB }: MatmulParams) {
    const rank = output.shape.length
    const m = output.shape[rank - 2]
    const n = output.shape[rank - 1]
    const k = a.shape[transposeA ? rank - 2 : rank - 1]
    const products = m * n === 0 ? 0 : output.data.length / (m * n)
    const float = isFloat(output.dtype)
    for (let i = 0; i < products; i++) {
      const left = matrixAt(a, i * m * k, transposeA)
      const right = matrixAt(b, i * k * n, transposeB)
      const result = matrixAt(output, i * m * n, false)
      if (float) multiply(result, left, right, m, k, n)
      else multiplyIntegers(result, left, right, m, k, n)
    }
  },
}

function matrixAt(x: NdArray, offset: number, transposed: boolean): Matrix {
  const columns = x.shape[x.shape.length - 1]
  return transposed
    ? { data: x.data, offset, rowStride: 1, columnStride: columns }
    : { data: x.data, offset, rowStride: columns, columnStride: 1 }
}
