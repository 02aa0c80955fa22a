import { type Expression, type Expressions, inputsFirst, inputsOf } from './expression.ts'

/**
 * Returns a function that rewrites expressions: if `replace` returns an expression for a part, it replaces that part.
 */
export function replacing(
  make: Expressions,
  replace: (expression: Expression) => Expression | undefined,
): (expression: Expression) => Expression {
  const done = new Map<Expression, Expression>()
  const rewrite = (old: Expression): Expression => {
    inputsFirst(
      old,
      (part) => !done.has(part),
      below,
      (part) => done.set(part, rebuild(part)),
    )
    return done.get(old)!
  }
  // a part that is replaced is not entered
  const below = (part: Expression): readonly Expression[] => {
    const replaced = replace(part)
    if (replaced) done.set(part, replaced)
    return replaced ? [] : inputsOf(part)
  }
  const rebuild = (old: Expression): Expression => {
    if (old.kind === 'apply') return make.apply(old.dtype, old.fn, old.inputs.map(rewrite))
    if (old.kind === 'choice') return make.choice(old.conditions, () => rewrite(old.inside), rewrite(old.outside))
    return old
  }
  return rewrite
}
