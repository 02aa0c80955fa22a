import { erf, modulo, power } from '@gradus/tensor/numeric'
import type { ExternalName } from '../elementwise/row.ts'

/** The functions of the host that generated code calls. */
export const externals: Readonly<Record<ExternalName, (...inputs: number[]) => number>> = {
  exp: Math.exp,
  expm1: Math.expm1,
  log: Math.log,
  log1p: Math.log1p,
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  asin: Math.asin,
  acos: Math.acos,
  atan: Math.atan,
  sinh: Math.sinh,
  cosh: Math.cosh,
  tanh: Math.tanh,
  asinh: Math.asinh,
  acosh: Math.acosh,
  atanh: Math.atanh,
  erf: (x) => erf(x!),
  power: (x, y) => power(x!, y!),
  atan2: Math.atan2,
  modulo: (x, y) => modulo(x!, y!),
}
