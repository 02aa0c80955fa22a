import { costOf } from '../index/cost.ts'
import { type Expression, type Expressions, forEachExpression } from '../index/expression.ts'
import { indexOf, ravel } from '../index/integer.ts'
import { replacing } from '../index/replace.ts'
import type { LoopKernel, Pass, Save } from './kernel.ts'

/** Expressions of at least this cost are kept in row buffers instead of being recomputed. */
const worthSaving = 8

/** Keeps costly expressions that several passes use in row buffers. */
export function saveAcrossPasses(kernel: LoopKernel): LoopKernel {
  if (kernel.passes.length < 2) return kernel
  const index = ravel(
    kernel.inner.map(indexOf),
    kernel.inner.map(({ size }) => size),
  )
  const firstPass = new Map<Expression, number>()
  const saves: Save[][] = kernel.passes.map(() => [])
  const saved = new Map<Expression, Expression>()
  let slots = 0
  const passes = kernel.passes.map((pass, number): Pass => {
    const replace = (expression: Expression): Expression | undefined => {
      const before = firstPass.get(expression)
      if (before === undefined || before >= number || !isWorth(kernel, expression)) return undefined
      let kept = saved.get(expression)
      if (!kept) {
        saves[before]!.push({ slot: slots, index, expression })
        saved.set(expression, (kept = kernel.make.rowBuffer(expression.dtype, slots++, index, kernel.outer)))
      }
      return kept
    }
    const rewritten = rewriteWith(pass, kernel.make, replace)
    forEachExpression(expressionsOf(pass), (expression) => {
      if (!firstPass.has(expression)) firstPass.set(expression, number)
    })
    return rewritten
  })
  return { ...kernel, passes: passes.map((pass, number) => ({ ...pass, saves: saves[number]! })), slots }
}

function isWorth(kernel: LoopKernel, expression: Expression): boolean {
  const varies = expression.axes.some((axis) => kernel.inner.includes(axis))
  return varies && expression.kind !== 'load' && costOf(expression) >= worthSaving
}

function expressionsOf({ reductions, stores }: Pass): Expression[] {
  return [...reductions, ...stores].map(({ expression }) => expression)
}

/** The pass with each expression replaced by the result of `replace` for it. */
function rewriteWith(pass: Pass, make: Expressions, replace: (expression: Expression) => Expression | undefined): Pass {
  const rewrite = replacing(make, replace)
  return {
    ...pass,
    reductions: pass.reductions.map((reduction) => ({ ...reduction, expression: rewrite(reduction.expression) })),
    stores: pass.stores.map((store) => ({ ...store, expression: rewrite(store.expression) })),
  }
}
