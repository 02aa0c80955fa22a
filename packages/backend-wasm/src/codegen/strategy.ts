import {
  type Axis,
  type Condition,
  costOf,
  type Expression,
  expressionsOfLoops,
  forEachExpression,
  type Index,
  type Load,
  type LoopKernel,
  rangeOf,
  rootsOfLoops,
  strideAlong,
} from '@gradus/schedule'
import { bytesPerElement } from '@gradus/tensor/internals'

/** The axis along which the four lanes of a vector lie, and the number of vectors that are computed together. */
export interface Strategy {
  readonly axis: Axis | undefined
  readonly parts: number
}

/** The cost of a load or store of lanes that are not contiguous, relative to a contiguous one. */
const scattered = 5

/** Chooses how to run the loops of a kernel: with vectors along the cheapest axis, or one element at a time. */
export function chooseStrategy(kernel: LoopKernel, simd: boolean): Strategy {
  const scalar: Strategy = { axis: undefined, parts: 1 }
  if (!simd || usesDoubles(kernel)) return scalar
  const candidates = [...kernel.outer, ...kernel.inner].filter((axis) => isPossible(kernel, axis))
  const work = rootsOfLoops(kernel).reduce((sum, root) => sum + costOf(root), 0)
  let best: { axis: Axis; cost: number } | undefined
  for (const axis of candidates) {
    const vectors = Math.ceil(axis.size / 4)
    const perVector = work + accessCost(kernel, axis) + (kernel.inner.includes(axis) ? 1 : 0)
    const cost = (perVector * vectors) / axis.size
    // later axes have smaller strides
    if (!best || cost <= best.cost) best = { axis, cost }
  }
  const onlyOne = work + accessCost(kernel, undefined)
  if (!best || best.cost > onlyOne) return scalar
  return { axis: best.axis, parts: partsFor(kernel, best.axis, work) }
}

function usesDoubles(kernel: LoopKernel): boolean {
  return expressionsOfLoops(kernel).some(({ dtype }) => bytesPerElement(dtype) > 4)
}

/** Simple work is done for several vectors at once, which reduces loop overhead. Sums need several to fill the pipeline. */
function partsFor(kernel: LoopKernel, axis: Axis, work: number): number {
  const vectors = Math.floor(axis.size / 4)
  const reducing = kernel.inner.length > 0
  const wanted = reducing ? (work <= 16 ? 4 : 2) : work <= 6 ? 4 : work <= 24 ? 2 : 1
  let parts = wanted
  while (parts > 1 && parts > vectors) parts /= 2
  return parts
}

function isPossible(kernel: LoopKernel, axis: Axis): boolean {
  for (const { index, add } of storesOf(kernel)) {
    // elements that are added one by one may have the same target
    if (add && strideAlong(index, axis) !== 1) return false
  }
  return !readsFarOutside(kernel, axis)
}

/**
 * Whether lanes that are far apart could read outside of the memory. A contiguous vector at the edge of a value reads a few
 * elements before or after it, which is harmless.
 */
function readsFarOutside(kernel: LoopKernel, axis: Axis): boolean {
  return expressionsOfLoops(kernel).some((expression) => {
    if (expression.kind !== 'choice') return false
    const vector = expression.conditions.some(({ index }: Condition) => index.axes.includes(axis))
    return vector && loadsIn(expression.inside).some(({ index }) => rangeOf(index).low < 0 && !isNear(index, axis))
  })
}

function isNear(index: Index, axis: Axis): boolean {
  const stride = strideAlong(index, axis)
  return stride === 0 || stride === 1
}

function loadsIn(expression: Expression): Load[] {
  const loads: Load[] = []
  forEachExpression([expression], (part) => {
    if (part.kind === 'load') loads.push(part)
  })
  return loads
}

function storesOf({ passes, rowStores }: LoopKernel) {
  return [...passes.flatMap(({ stores }) => stores), ...rowStores]
}

function accessCost(kernel: LoopKernel, axis: Axis | undefined): number {
  let cost = 0
  const count = (index: Index, perRow: boolean) => {
    if (!axis) {
      cost += 1
      return
    }
    const stride = strideAlong(index, axis)
    const weight = perRow && kernel.inner.length > 0 ? 0.1 : 1
    if (stride === 0) cost += 0.3 * weight
    else cost += (stride === 1 ? 1 : scattered) * weight
  }
  for (const expression of expressionsOfLoops(kernel)) {
    if (expression.kind !== 'load') continue
    count(expression.index, !expression.axes.some((own) => kernel.inner.includes(own)))
  }
  for (const { stores } of kernel.passes) for (const { index } of stores) count(index, false)
  for (const { index } of kernel.rowStores) count(index, true)
  return cost
}
