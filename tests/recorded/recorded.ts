import { type DType, type Shape, type Tensor, tensor } from '@gradus/tensor'
import { expect } from 'vitest'

/** A tensor as recorded from Keras. */
export interface Recorded {
  readonly shape: number[]
  readonly dtype: string
  readonly data: readonly (number | string)[]
}

/** The recorded values as a tensor; in `dtype` where that is given. */
export function toTensor({ shape, dtype, data }: Recorded, as: DType = dtype as DType): Tensor {
  return tensor(data.map(Number), { shape: shape as Shape, dtype: as })
}

/** Fails unless each value is near: |a - b| <= rtol * max(|b|, 0.1 * largest |b|, 1e-3). */
export function expectClose(
  actual: ArrayLike<number>,
  expected: readonly (number | string)[],
  rtol: number,
  what: string,
): void {
  const numbers = expected.map(Number)
  expect(actual.length, what).toBe(numbers.length)
  const largest = Math.max(...numbers.map(Math.abs).filter(Number.isFinite), 0)
  numbers.forEach((reference, index) => {
    const limit = rtol * Math.max(Math.abs(reference), 0.1 * largest, 1e-3)
    const value = actual[index]!
    const near = Object.is(value, reference) || Math.abs(value - reference) <= limit
    expect(near, `${what}: element ${index} is ${value} instead of ${reference}`).toBe(true)
  })
}
