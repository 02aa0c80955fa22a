import { type AxisMap, Rewriting } from '../index/axes.ts'
import { costOf } from '../index/cost.ts'
import { type Expression, Expressions, indicesOf } from '../index/expression.ts'
import { type Axis, constantIndex, countOf, strideAlong } from '../index/integer.ts'
import { replacing } from '../index/replace.ts'
import { combiningFunction } from './combine.ts'
import type { LoopKernel, Store } from './kernel.ts'
import { expressionsOfLoops, rootsOfLoops } from './refine.ts'

/** Inner loops of at most this many iterations are unrolled, if all iterations together cost at most `maxCost`. */
const maxRounds = 16
const maxCost = 200

/**
 * Unrolls short reductions, such as those over pooling windows: their conditions and addresses then depend on outer loops
 * only. Reductions whose elements are contiguous in memory stay loops.
 */
export function unrollShort(kernel: LoopKernel): LoopKernel {
  const { inner, passes } = kernel
  const [pass, ...more] = passes
  const rounds = countOf(inner)
  if (!pass || more.length > 0 || pass.stores.length > 0 || rounds < 2 || rounds > maxRounds) return kernel
  if (pass.reductions.some(({ combine }) => combiningFunction(combine) === undefined)) return kernel
  const work = rootsOfLoops(kernel).reduce((sum, root) => sum + costOf(root), pass.reductions.length)
  if (work * rounds > maxCost || !runsAlongRows(kernel)) return kernel
  const make = new Expressions()
  const results = new Map<number, Expression>()
  const roundsOf = pointsOf(inner).map((point) => new Rewriting(kernel.make, point, make))
  for (const { id, combine, expression } of pass.reductions) {
    const elements = roundsOf.map((round) => round.expression(expression))
    results.set(
      id,
      elements.reduce((a, b) => make.apply(expression.dtype, combiningFunction(combine)!, [a, b])),
    )
  }
  const outside = new Rewriting(kernel.make, new Map(), make)
  const replace = replacing(make, (part) => (part.kind === 'reduced' ? results.get(part.reduction) : undefined))
  const stores = kernel.rowStores.map(
    (store): Store => ({
      ...store,
      index: outside.index(store.index),
      expression: replace(outside.expression(store.expression)),
    }),
  )
  return { ...kernel, inner: [], passes: [{ reductions: [], stores, saves: [] }], rowStores: [], make }
}

/** Whether adjacent rows read and write adjacent elements, so that vectors can lie across rows. */
function runsAlongRows(kernel: LoopKernel): boolean {
  const indices = [
    ...kernel.rowStores.map(({ index }) => index),
    ...expressionsOfLoops(kernel).flatMap((part) => (part.kind === 'load' ? indicesOf(part) : [])),
  ]
  return kernel.outer.some((axis) => {
    const strides = indices.map((index) => strideAlong(index, axis))
    return strides.every((stride) => stride === 0 || stride === 1) && strides.includes(1)
  })
}

/** All points of the axes. */
function pointsOf(axes: readonly Axis[]): AxisMap[] {
  return axes.reduce<AxisMap[]>(
    (points, axis) =>
      points.flatMap((point) =>
        Array.from({ length: axis.size }, (_, position) => new Map([...point, [axis, constantIndex(position)]])),
      ),
    [new Map()],
  )
}
