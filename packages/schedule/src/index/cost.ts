import { type Expression, forEachExpression } from './expression.ts'

/** The cost of evaluating an expression once, in additions; reading memory is not counted. */
export function costOf(expression: Expression): number {
  let cost = 0
  forEachExpression([expression], (part) => {
    if (part.kind === 'apply') cost += part.fn.cost ?? 1
  })
  return cost
}
