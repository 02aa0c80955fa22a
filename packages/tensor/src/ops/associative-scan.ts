import { requireOptions, shown } from '../arguments.ts'
import { normalizeAxis } from '../shape.ts'
import type { Tensor } from '../tensor.ts'
import { treeLeaves, treeMap } from '../tree.ts'
import { reshape } from './broadcast.ts'
import { concat, flip, slice, sliceAxis } from './movement.ts'
import { stack } from './rearrange.ts'

/** The axis (default 0), and whether to start at the end. */
export interface AssociativeScanOptions {
  readonly reverse?: boolean
  readonly axis?: number
}

/**
 * Running combinations of the elements along `axis`: element k is `f(f(x0, x1), ...)` up to xk. `f` combines two trees of tensors of any
 * length along the axis, element by element, and must be associative. Takes about 2 log2(n) steps. Keras: `associative_scan`.
 *
 * @example
 * import { associativeScan, mul, tensor } from '@gradus/tensor'
 * associativeScan((a, b) => mul(a, b), tensor([1, 2, 3, 4])).array() // => [1, 2, 6, 24]
 */
export function associativeScan<T>(f: (a: T, b: T) => T, elements: T, options: AssociativeScanOptions = {}): T {
  if (typeof f !== 'function') {
    throw new TypeError(
      `associativeScan takes a function first, as in associativeScan((a, b) => add(a, b), x), and got ${shown(f)}.`,
    )
  }
  requireOptions('associativeScan', options, ['reverse', 'axis'])
  const { reverse = false, axis = 0 } = options
  const turned = (tree: T) => (reverse ? treeMap((x) => flip(x, axis), tree) : tree)
  const part = (tree: T, start: number, size: number, step = 1) =>
    treeMap((x) => {
      const along = normalizeAxis('associativeScan', axis, x.rank)
      const per = (own: number, others: (d: number) => number) => x.shape.map((d, i) => (i === along ? own : others(d)))
      return slice(
        x,
        per(start, () => 0),
        per(size, (d) => d),
        per(step, () => 1),
      )
    }, tree)
  const joined = (parts: readonly T[]) =>
    treeMap((x, ...rest) => concat([x, ...rest], axis), parts[0]!, ...parts.slice(1))
  const lengthOf = (tree: T) => {
    const [first] = treeLeaves(tree)
    return first ? first.shape[normalizeAxis('associativeScan', axis, first.rank)]! : 0
  }
  const run = (tree: T): T => {
    const n = lengthOf(tree)
    if (n < 2) return tree
    const pairs = Math.floor(n / 2)
    const odd = run(f(part(tree, 0, pairs, 2), part(tree, 1, pairs, 2)))
    // an element at an even position: the odd one before it, combined with the element itself
    const rest = Math.ceil(n / 2) - 1
    const later = rest > 0 ? f(part(odd, 0, rest), part(tree, 2, rest, 2)) : undefined
    const even = later === undefined ? part(tree, 0, 1) : joined([part(tree, 0, 1), later])
    return treeMap((a, b) => interleaved(a, b, normalizeAxis('associativeScan', axis, a.rank)), even, odd)
  }
  return turned(run(turned(elements)))
}

/** Elements of `a` and `b` in turn; `a` has as many, or one more. */
function interleaved(a: Tensor, b: Tensor, axis: number): Tensor {
  const count = b.shape[axis]!
  const both = stack([sliceAxis(a, axis, 0, count), b], axis + 1)
  const mixed = reshape(
    both,
    b.shape.map((d, i) => (i === axis ? 2 * count : d)),
  )
  return a.shape[axis] === count ? mixed : concat([mixed, sliceAxis(a, axis, count, 1)], axis)
}
