import type { TypedArray } from '@gradus/tensor'
import { erf, roundHalfToEven } from '@gradus/tensor/numeric'

/** `y[i] = f(x[i])`; the result is rounded to the precision of `y` when it is stored. */
export type UnaryLoop = (y: TypedArray, x: TypedArray) => void

/**
 * Unary ops in which models spend time, each with a separate loop: a loop that calls functions through a pointer boxes
 * every result, which is ten times slower.
 */
export const unaryLoops: Readonly<Record<string, UnaryLoop>> = {
  neg(y, x) {
    for (let i = 0; i < y.length; i++) y[i] = -x[i]
  },
  abs(y, x) {
    for (let i = 0; i < y.length; i++) y[i] = Math.abs(x[i])
  },
  sign(y, x) {
    for (let i = 0; i < y.length; i++) y[i] = Math.sign(x[i])
  },
  relu(y, x) {
    for (let i = 0; i < y.length; i++) y[i] = Math.max(x[i], 0)
  },
  exp(y, x) {
    for (let i = 0; i < y.length; i++) y[i] = Math.exp(x[i])
  },
  log(y, x) {
    for (let i = 0; i < y.length; i++) y[i] = Math.log(x[i])
  },
  log1p(y, x) {
    for (let i = 0; i < y.length; i++) y[i] = Math.log1p(x[i])
  },
  sqrt(y, x) {
    for (let i = 0; i < y.length; i++) y[i] = Math.sqrt(x[i])
  },
  rsqrt(y, x) {
    for (let i = 0; i < y.length; i++) y[i] = 1 / Math.sqrt(x[i])
  },
  tanh(y, x) {
    for (let i = 0; i < y.length; i++) y[i] = Math.tanh(x[i])
  },
  erf(y, x) {
    for (let i = 0; i < y.length; i++) y[i] = erf(x[i])
  },
  isNan(y, x) {
    for (let i = 0; i < y.length; i++) y[i] = Number.isNaN(x[i]) ? 1 : 0
  },
  isFinite(y, x) {
    for (let i = 0; i < y.length; i++) y[i] = Number.isFinite(x[i]) ? 1 : 0
  },
  logicalNot(y, x) {
    for (let i = 0; i < y.length; i++) y[i] = x[i] === 0 ? 1 : 0
  },
  bitwiseNot(y, x) {
    for (let i = 0; i < y.length; i++) y[i] = ~x[i]
  },
}

/** The other unary ops, one element at a time. */
export const unaryFunctions: Readonly<Record<string, (x: number) => number>> = {
  expm1: Math.expm1,
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  asin: Math.asin,
  acos: Math.acos,
  atan: Math.atan,
  sinh: Math.sinh,
  cosh: Math.cosh,
  asinh: Math.asinh,
  acosh: Math.acosh,
  atanh: Math.atanh,
  floor: Math.floor,
  ceil: Math.ceil,
  trunc: Math.trunc,
  round: roundHalfToEven,
}
