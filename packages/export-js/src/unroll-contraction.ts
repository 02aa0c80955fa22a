import {
  AxisMaker,
  type ContractionKernel,
  constantIndex,
  countOf,
  type Expression,
  Expressions,
  indexOf,
  plus,
  Rewriting,
  times,
} from '@gradus/schedule'

/** The products that are added at once. */
const rounds = 4
/** Contractions of fewer products for a row stay as they are, because the code is longer. */
const fewestProducts = 1024

/** A contraction that adds one or several products in each iteration. */
export interface UnrolledContraction extends ContractionKernel {
  readonly products: readonly (readonly [a: Expression, b: Expression])[]
}

/** Adds four products in each iteration of the innermost sum where it is long, so that each sum is loaded and stored less often. */
export function unrollContraction(kernel: ContractionKernel): UnrolledContraction {
  const { batch, m, n, k, a, b, stores } = kernel
  const last = k.at(-1)
  if (!last || last.size % rounds !== 0 || countOf(k) * countOf(n) < fewestProducts) {
    return { ...kernel, products: [[a, b]] }
  }
  const axis = new AxisMaker([...batch, ...m, ...n, ...k]).axis(last.size / rounds)
  const make = new Expressions()
  const products = Array.from({ length: rounds }, (_, round) => {
    const position = plus(times(indexOf(axis), rounds), constantIndex(round))
    const rewriting = new Rewriting(kernel.make, new Map([[last, position]]), make)
    return [rewriting.expression(a), rewriting.expression(b)] as const
  })
  const same = new Rewriting(kernel.make, new Map(), make)
  return {
    ...kernel,
    k: [...k.slice(0, -1), axis],
    products,
    stores: stores.map((store) => ({
      ...store,
      index: same.index(store.index),
      expression: same.expression(store.expression),
      ...(store.add && { add: { only: same.expression(store.add.only) } }),
    })),
    make,
  }
}
