import type { TypedArray } from '@gradus/tensor'
import { modulo, power } from '@gradus/tensor/numeric'

/**
 * `y[i] = f(a[i], b[i])`. Sums of two 32-bit integers are exact in double, and storing them wraps around; storing a
 * fraction in an integer array truncates, and NaN and infinities (a division by zero) become 0.
 */
export type BinaryLoop = (y: TypedArray, a: TypedArray, b: TypedArray) => void

/** Arithmetic, comparisons, logic and bit operations, each with a separate loop (see `unaryLoops`). */
export const binaryLoops: Readonly<Record<string, BinaryLoop>> = {
  add(y, a, b) {
    for (let i = 0; i < y.length; i++) y[i] = a[i] + b[i]
  },
  sub(y, a, b) {
    for (let i = 0; i < y.length; i++) y[i] = a[i] - b[i]
  },
  mul(y, a, b) {
    if (y instanceof Float32Array || y instanceof Float64Array) {
      for (let i = 0; i < y.length; i++) y[i] = a[i] * b[i]
    } else {
      // a product of two 32-bit integers may need more than the 53 bits of a double
      for (let i = 0; i < y.length; i++) y[i] = Math.imul(a[i], b[i])
    }
  },
  div(y, a, b) {
    for (let i = 0; i < y.length; i++) y[i] = a[i] / b[i]
  },
  maximum(y, a, b) {
    for (let i = 0; i < y.length; i++) y[i] = Math.max(a[i], b[i])
  },
  minimum(y, a, b) {
    for (let i = 0; i < y.length; i++) y[i] = Math.min(a[i], b[i])
  },
  mod(y, a, b) {
    for (let i = 0; i < y.length; i++) y[i] = modulo(a[i], b[i])
  },
  pow(y, a, b) {
    for (let i = 0; i < y.length; i++) y[i] = power(a[i], b[i])
  },
  atan2(y, a, b) {
    for (let i = 0; i < y.length; i++) y[i] = Math.atan2(a[i], b[i])
  },

  equal(y, a, b) {
    for (let i = 0; i < y.length; i++) y[i] = a[i] === b[i] ? 1 : 0
  },
  notEqual(y, a, b) {
    for (let i = 0; i < y.length; i++) y[i] = a[i] !== b[i] ? 1 : 0
  },
  less(y, a, b) {
    for (let i = 0; i < y.length; i++) y[i] = a[i] < b[i] ? 1 : 0
  },
  lessEqual(y, a, b) {
    for (let i = 0; i < y.length; i++) y[i] = a[i] <= b[i] ? 1 : 0
  },
  greater(y, a, b) {
    for (let i = 0; i < y.length; i++) y[i] = a[i] > b[i] ? 1 : 0
  },
  greaterEqual(y, a, b) {
    for (let i = 0; i < y.length; i++) y[i] = a[i] >= b[i] ? 1 : 0
  },

  // bools are 0 or 1, so their logic is that of their bits
  logicalAnd: and,
  logicalOr: or,
  logicalXor: xor,
  bitwiseAnd: and,
  bitwiseOr: or,
  bitwiseXor: xor,
  shiftLeft(y, a, b) {
    // JavaScript takes the shift distance modulo 32
    for (let i = 0; i < y.length; i++) y[i] = b[i] >>> 0 > 31 ? 0 : a[i] << b[i]
  },
  shiftRight(y, a, b) {
    if (y instanceof Int32Array) {
      for (let i = 0; i < y.length; i++) y[i] = a[i] >> (b[i] >>> 0 > 31 ? 31 : b[i])
    } else {
      for (let i = 0; i < y.length; i++) y[i] = b[i] > 31 ? 0 : a[i] >>> b[i]
    }
  },
}

function and(y: TypedArray, a: TypedArray, b: TypedArray): void {
  for (let i = 0; i < y.length; i++) y[i] = a[i] & b[i]
}

function or(y: TypedArray, a: TypedArray, b: TypedArray): void {
  for (let i = 0; i < y.length; i++) y[i] = a[i] | b[i]
}

function xor(y: TypedArray, a: TypedArray, b: TypedArray): void {
  for (let i = 0; i < y.length; i++) y[i] = a[i] ^ b[i]
}
