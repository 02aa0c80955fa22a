import { type Tensor, type Tree, treeForEach, treeReplace } from '@gradus/tensor'
import { ConfigError } from '../errors.ts'

/** The tensors of a tree by their paths, such as `dense.kernel`. */
export function byPath(tree: Tree): Map<string, Tensor> {
  const leaves = new Map<string, Tensor>()
  treeForEach(tree, (leaf, path) => leaves.set(path, leaf))
  return leaves
}

/** `tree` with the tensor at each path replaced. */
export function replant<T extends Tree>(tree: T, leaves: ReadonlyMap<string, Tensor>): T {
  return treeReplace(
    tree,
    [...byPath(tree).keys()].map((path) => leafAt(leaves, path, 'value')),
  )
}

/** The leaf of the optimizer's state at `path`; `what` says which one in the error. */
export function leafAt(leaves: ReadonlyMap<string, Tensor>, path: string, what: string): Tensor {
  const leaf = leaves.get(path)
  if (leaf) return leaf
  throw new ConfigError(
    `The optimizer state has no ${what} for the parameter '${path}': it was made for other parameters. Make one with optimizer.init(params).`,
  )
}

/** A map with the same keys and `change` applied to each value. */
export function mapValues<T, U>(map: ReadonlyMap<string, T>, change: (value: T, key: string) => U): Map<string, U> {
  return new Map([...map].map(([key, value]) => [key, change(value, key)]))
}
