import { type Expression, forEachExpression } from './expression.ts'

/** Roughly how many additions an op costs, where it costs more than one. */
const opCosts: Readonly<Record<string, number>> = {
  div: 4,
  sqrt: 4,
  rsqrt: 6,
  exp: 12,
  expm1: 16,
  log: 14,
  log1p: 16,
  tanh: 16,
  sigmoid: 16,
  erf: 20,
  sin: 20,
  cos: 20,
  tan: 60,
  pow: 60,
  asin: 60,
  acos: 60,
  atan: 60,
  atan2: 60,
  sinh: 60,
  cosh: 60,
  asinh: 60,
  acosh: 60,
  atanh: 60,
  mod: 8,
  threefryBits: 100,
  threefryHigh: 100,
  threefryLow: 100,
}

/** What an op costs for one element, in additions. */
export function costOfOp(op: string): number {
  return opCosts[op] ?? 1
}

/** What evaluating an expression once costs, in additions; reading memory is not counted. */
export function costOf(expression: Expression): number {
  let cost = 0
  forEachExpression([expression], (part) => {
    if (part.kind === 'apply') cost += costOfOp(part.op)
  })
  return cost
}
