import type { Expression, Expressions } from './expression.ts'

/**
 * Returns a function that rewrites expressions: if `replace` returns an expression for a part, it replaces that part.
 */
export function replacing(
  make: Expressions,
  replace: (expression: Expression) => Expression | undefined,
): (expression: Expression) => Expression {
  const done = new Map<Expression, Expression>()
  const rewrite = (old: Expression): Expression => {
    let result = done.get(old)
    if (!result) done.set(old, (result = replace(old) ?? rebuild(old)))
    return result
  }
  const rebuild = (old: Expression): Expression => {
    if (old.kind === 'apply') return make.apply(old.dtype, old.fn, old.inputs.map(rewrite))
    if (old.kind === 'choice') return make.choice(old.conditions, () => rewrite(old.inside), rewrite(old.outside))
    return old
  }
  return rewrite
}
