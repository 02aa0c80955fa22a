import { expect } from 'vitest'

/** Fails unless each value is near the recorded one: |a - b| <= rtol * max(|b|, 0.1 * largest |b|, 1e-3). */
export function expectClose(
  actual: ArrayLike<number>,
  expected: readonly (number | string | boolean)[],
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
