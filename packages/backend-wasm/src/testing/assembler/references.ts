// References for instructions that JavaScript has no function for.

/** Truncates to an integer within limits. */
const saturate = (x: number, low: number, high: number) =>
  Number.isNaN(x) ? 0 : Math.trunc(Math.min(high, Math.max(low, x))) | 0

export const saturateS = (x: number) => saturate(x, -(2 ** 31), 2 ** 31 - 1)
export const saturateU = (x: number) => saturate(x, 0, 2 ** 32 - 1)

/** Rounds to the nearest integer, halves to even. */
export function nearest(x: number): number {
  const up = Math.round(x)
  return up - x === 0.5 && up % 2 !== 0 ? up - 1 : up
}
