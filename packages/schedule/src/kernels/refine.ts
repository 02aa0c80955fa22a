import {
  type AxisMaker,
  type AxisMap,
  expressionsWithin,
  joinedIndex,
  lookupsIn,
  mergeable,
  Rewriting,
} from '../index/axes.ts'
import { type Expression, indicesOf } from '../index/expression.ts'
import { type Axis, constantIndex, type Index, indexOf } from '../index/integer.ts'
import type { ContractionKernel, LoopKernel, Pass, Store } from './kernel.ts'

/** Splits loops where that saves divisions, then joins loops that can be one. */
export function refineLoops(kernel: LoopKernel, axes: AxisMaker): LoopKernel {
  return refine(kernel, axes, loopIndices, ({ outer, inner }) => [outer, inner], rewriteLoops)
}

/** The same for a contraction. The columns (`n`) stay one loop. */
export function refineContraction(kernel: ContractionKernel, axes: AxisMaker): ContractionKernel {
  return refine(kernel, axes, contractionIndices, ({ batch, m, n, k }) => [batch, m, n, k], rewriteContraction)
}

/** Changes a list of nested loops. */
type Change = (axes: readonly Axis[]) => readonly Axis[]

function refine<K>(
  kernel: K,
  axes: AxisMaker,
  indicesOf: (kernel: K) => readonly Index[],
  nestsOf: (kernel: K) => readonly (readonly Axis[])[],
  rewrite: (kernel: K, map: AxisMap, change: Change) => K,
): K {
  let refined = kernel
  for (;;) {
    const splits = axes.splits(indicesOf(refined))
    if (splits.size === 0) break
    refined = rewrite(refined, splitMap(splits), (list) => list.flatMap((axis) => splits.get(axis) ?? [axis]))
  }
  for (;;) {
    const indices = indicesOf(refined)
    const pair = nestsOf(refined)
      .map((nest) => findMergeable(nest, indices))
      .find((found) => found)
    if (!pair) return refined
    const [first, second] = pair
    const joined = axes.axis(first.size * second.size)
    refined = rewrite(refined, mergeMap(pair, joined), (list) =>
      list.flatMap((axis) => (axis === first ? [] : axis === second ? [joined] : [axis])),
    )
  }
}

function splitMap(splits: ReadonlyMap<Axis, readonly [Axis, Axis]>): AxisMap {
  return new Map([...splits].map(([axis, parts]) => [axis, joinedIndex(parts)]))
}

function mergeMap([first, second]: readonly [Axis, Axis], joined: Axis): AxisMap {
  return new Map<Axis, Index>([
    [first, constantIndex(0)],
    [second, indexOf(joined)],
  ])
}

function findMergeable(axes: readonly Axis[], indices: readonly Index[]): readonly [Axis, Axis] | undefined {
  for (let i = 0; i + 1 < axes.length; i++) {
    if (mergeable(axes[i]!, axes[i + 1]!, indices)) return [axes[i]!, axes[i + 1]!]
  }
  return undefined
}

function rewriteLoops(kernel: LoopKernel, map: AxisMap, change: Change): LoopKernel {
  const rewriting = new Rewriting(kernel.make, map)
  const passes = kernel.passes.map(
    (pass): Pass => ({
      reductions: pass.reductions.map((reduction) => ({
        ...reduction,
        expression: rewriting.expression(reduction.expression),
        ...(reduction.position && { position: rewriting.index(reduction.position) }),
      })),
      stores: pass.stores.map((store) => rewriteStore(store, rewriting)),
      saves: pass.saves.map((save) => ({
        ...save,
        index: rewriting.index(save.index),
        expression: rewriting.expression(save.expression),
      })),
    }),
  )
  const rowStores = kernel.rowStores.map((store) => rewriteStore(store, rewriting))
  return {
    ...kernel,
    outer: change(kernel.outer),
    inner: change(kernel.inner),
    passes,
    rowStores,
    make: rewriting.make,
  }
}

function rewriteContraction(kernel: ContractionKernel, map: AxisMap, change: Change): ContractionKernel {
  const rewriting = new Rewriting(kernel.make, map)
  return {
    kind: 'contraction',
    batch: change(kernel.batch),
    m: change(kernel.m),
    n: change(kernel.n),
    k: change(kernel.k),
    a: rewriting.expression(kernel.a),
    b: rewriting.expression(kernel.b),
    stores: kernel.stores.map((store) => rewriteStore(store, rewriting)),
    make: rewriting.make,
  }
}

function rewriteStore(store: Store, rewriting: Rewriting): Store {
  return {
    ...store,
    index: rewriting.index(store.index),
    expression: rewriting.expression(store.expression),
    ...(store.add && { add: { only: rewriting.expression(store.add.only) } }),
  }
}

/** The expressions that a kernel evaluates. */
export function rootsOfLoops({ passes, rowStores }: LoopKernel): Expression[] {
  return [
    ...passes.flatMap(({ reductions, stores, saves }) => [
      ...reductions.map(({ expression }) => expression),
      ...stores.flatMap(rootsOfStore),
      ...saves.map(({ expression }) => expression),
    ]),
    ...rowStores.flatMap(rootsOfStore),
  ]
}

/** The expressions that a store evaluates. */
export function rootsOfStore({ expression, add }: Store): Expression[] {
  return add ? [expression, add.only] : [expression]
}

/** The positions that a kernel writes to. */
function targetsOf({ passes, rowStores }: LoopKernel): Index[] {
  return [
    ...passes.flatMap(({ stores, saves, reductions }) => [
      ...[...stores, ...saves].map(({ index }) => index),
      ...reductions.flatMap(({ position }) => (position ? [position] : [])),
    ]),
    ...rowStores.map(({ index }) => index),
  ]
}

/** All expressions of a kernel, including those in the positions that it writes to. */
export function expressionsOfLoops(kernel: LoopKernel): Expression[] {
  const { make } = kernel
  return expressionsWithin(
    [...rootsOfLoops(kernel), ...targetsOf(kernel).flatMap((index) => lookupsIn(index, make))],
    make,
  )
}

function loopIndices(kernel: LoopKernel): Index[] {
  return [...targetsOf(kernel), ...expressionsOfLoops(kernel).flatMap(indicesOf)]
}

function contractionIndices({ a, b, stores, make }: ContractionKernel): Index[] {
  const expressions = expressionsWithin([a, b, ...stores.flatMap(rootsOfStore)], make)
  return [...stores.map(({ index }) => index), ...expressions.flatMap(indicesOf)]
}
