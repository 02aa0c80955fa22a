import { Tensor } from './tensor.ts'

/** A tensor, or tensors nested in arrays and plain objects: parameters, optimizer state, batches. */
export type Tree = Tensor | readonly Tree[] | { readonly [key: string]: Tree }

/** `T` with every tensor replaced by `U`. */
export type MapTree<T, U> = T extends Tensor ? U : { [K in keyof T]: MapTree<T[K], U> }

/** The tensors of a tree in a fixed order: arrays by index, objects by insertion order. */
export function treeLeaves(tree: unknown): Tensor[] {
  const leaves: Tensor[] = []
  const visit = (branch: unknown): void => {
    if (branch instanceof Tensor) leaves.push(branch)
    else if (Array.isArray(branch)) branch.forEach(visit)
    else if (isBranch(branch)) for (const key of Object.keys(branch)) visit((branch as Record<string, unknown>)[key])
  }
  visit(tree)
  return leaves
}

/** Calls `visit` with each tensor and its path, such as `layers.0.kernel`. Other leaves are skipped. */
export function treeForEach(tree: unknown, visit: (leaf: Tensor, path: string) => void, path = ''): void {
  if (tree instanceof Tensor) visit(tree, path)
  else if (isBranch(tree)) {
    for (const key of Object.keys(tree))
      treeForEach((tree as Record<string, unknown>)[key], visit, path ? `${path}.${key}` : key)
  }
}

/**
 * A tree of the same form with `map` applied to each tensor and the tensors at the same paths of the trees `rest`. Leaves that
 * are not tensors are kept.
 *
 * @example
 * import { add, tensor, treeMap } from '@gradus/tensor'
 * const sum = treeMap((x, y) => add(x, y), { w: tensor([1, 2]) }, { w: tensor([10, 20]) })
 * sum.w.array() // => [11, 22]
 */
export function treeMap<T>(map: (leaf: Tensor, ...rest: Tensor[]) => Tensor, tree: T, ...rest: readonly unknown[]): T
export function treeMap<T, U>(
  map: (leaf: Tensor, ...rest: Tensor[]) => U,
  tree: T,
  ...rest: readonly unknown[]
): MapTree<T, U>
export function treeMap(
  map: (leaf: Tensor, ...rest: Tensor[]) => unknown,
  tree: unknown,
  ...rest: readonly unknown[]
): unknown {
  if (tree instanceof Tensor) return map(tree, ...(rest as Tensor[]))
  if (!isBranch(tree)) return tree
  const child = (key: string | number): unknown =>
    treeMap(
      map,
      (tree as Record<string, unknown>)[key],
      ...rest.map((other) => {
        const value = (other as Record<string, unknown> | undefined)?.[key]
        if (value === undefined && (tree as Record<string, unknown>)[key] !== undefined) {
          throw new TypeError(`The trees differ: '${key}' is missing in one of them. Give trees of the same form.`)
        }
        return value
      }),
    )
  if (Array.isArray(tree)) return tree.map((_, index) => child(index))
  return Object.fromEntries(Object.keys(tree).map((key) => [key, child(key)]))
}

/** The tree with its tensors replaced, in the order of `treeLeaves`. */
export function treeReplace<T>(tree: T, leaves: readonly Tensor[]): T {
  let next = 0
  const replace = (branch: unknown): unknown => {
    if (branch instanceof Tensor) return leaves[next++]!
    if (Array.isArray(branch)) return branch.map(replace)
    if (!isBranch(branch)) return branch
    const copy: Record<string, unknown> = { ...branch } // a spread copies own keys only, so assigning to them is safe
    for (const key of Object.keys(copy)) copy[key] = replace(copy[key])
    return copy
  }
  return replace(tree) as T
}

function isBranch(value: unknown): value is object {
  if (Array.isArray(value)) return true
  if (value === null || typeof value !== 'object') return false
  const prototype = Object.getPrototypeOf(value) as unknown
  return prototype === Object.prototype || prototype === null
}
