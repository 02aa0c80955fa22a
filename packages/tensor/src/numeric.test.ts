import { expect, it } from 'vitest'
import { erf } from './numeric.ts'

// to 40 digits by mpmath, rounded to double
const known: readonly (readonly [number, number])[] = [
  [1e-300, 1.1283791670955126e-300],
  [1e-10, 1.1283791670955126e-10],
  [0.1, 0.1124629160182849],
  [0.3, 0.3286267594591274],
  [0.5, 0.5204998778130465],
  [0.9, 0.7969082124228322],
  [0.999999, 0.8427003778418023],
  [1, 0.8427007929497149],
  [1.0000001, 0.8427008344604605],
  [1.5, 0.9661051464753108],
  [2, 0.9953222650189527],
  [2.5, 0.999593047982555],
  [3, 0.9999779095030014],
  [3.5, 0.9999992569016276],
  [4, 0.9999999845827421],
  [5, 0.9999999999984626],
  [5.9, 0.9999999999999999],
  [6, 1],
]

it('computes erf within 1e-15, relatively', () => {
  for (const [x, expected] of known) {
    expect(Math.abs(erf(x) - expected) / expected, `erf(${x})`).toBeLessThan(1e-15)
    expect(erf(-x)).toBe(-erf(x))
  }
})

it('computes erf of special values', () => {
  expect(erf(0)).toBe(0)
  expect(erf(-0)).toBe(-0)
  expect(erf(Number.POSITIVE_INFINITY)).toBe(1)
  expect(erf(-1e10)).toBe(-1)
  expect(erf(Number.NaN)).toBe(Number.NaN)
})
