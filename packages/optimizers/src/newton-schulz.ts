import { add, div, matmul, mul, sqrt, square, sum, type Tensor, transpose } from '@gradus/tensor'

/**
 * A matrix with the singular vectors of `matrix` and singular values near 1, by Newton-Schulz iterations X = a X + b X Xᵀ X +
 * c X Xᵀ X Xᵀ X. Source: Jordan et al. 2024.
 */
export function orthogonalized(
  matrix: Tensor,
  iterations: number,
  coefficients: readonly [number, number, number],
): Tensor {
  const [a, b, c] = coefficients
  const [rows, columns] = matrix.shape as readonly [number, number]
  const isTall = rows > columns
  const wide = isTall ? transpose(matrix) : matrix
  let x = div(wide, add(sqrt(sum(square(wide))), 1e-7))
  for (let i = 0; i < iterations; i++) {
    const gram = matmul(x, transpose(x))
    const inner = add(mul(gram, b), matmul(mul(gram, c), gram))
    x = add(mul(x, a), matmul(inner, x))
  }
  return isTall ? transpose(x) : x
}
