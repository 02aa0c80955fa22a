import type { Pass } from '../kernels/kernel.ts'
import type { Expression, Expressions } from './expression.ts'

/** Rewrites expressions: those for which `replace` gives another one, wherever they occur. */
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
    if (old.kind === 'apply') return make.apply(old.dtype, old.op, old.inputs.map(rewrite))
    if (old.kind === 'choice') return make.choice(old.conditions, () => rewrite(old.inside), rewrite(old.outside))
    return old
  }
  return rewrite
}

/** The pass with other expressions in place of those for which `replace` gives one. */
export function rewriteWith(
  pass: Pass,
  make: Expressions,
  replace: (expression: Expression) => Expression | undefined,
): Pass {
  const rewrite = replacing(make, replace)
  return {
    ...pass,
    reductions: pass.reductions.map((reduction) => ({ ...reduction, expression: rewrite(reduction.expression) })),
    stores: pass.stores.map((store) => ({ ...store, expression: rewrite(store.expression) })),
  }
}
