import { type Tensor, treeForEach, treeReplace } from '@gradus/tensor'
import { ConfigError } from '../errors.ts'

/** The tensors of a tree by their paths, such as `dense.kernel`. */
export function byPath(tree: object): Map<string, Tensor> {
  const leaves = new Map<string, Tensor>()
  treeForEach(tree, (leaf, path) => leaves.set(path, leaf))
  return leaves
}

/** A tree like `tree` with the tensors of `leaves` by path. Throws `ConfigError` if one is missing. */
export function replaceLeaves<T extends object>(tree: T, leaves: ReadonlyMap<string, Tensor>): T {
  return treeReplace(
    tree,
    [...byPath(tree).keys()].map((path) => leafAt(leaves, path, 'value')),
  )
}

/** The leaf of an optimizer's state at `path`. Throws `ConfigError` that calls it `name` if it is missing. */
export function leafAt(leaves: ReadonlyMap<string, Tensor>, path: string, name: string): Tensor {
  const leaf = leaves.get(path)
  if (leaf) return leaf
  throw new ConfigError(
    `The optimizer state has no ${name} for the parameter '${path}': it was made for other parameters. Make one with optimizer.init(params).`,
  )
}

/** A map with the same keys and `change` applied to each value. */
export function mapValues<T, U>(map: ReadonlyMap<string, T>, change: (value: T, key: string) => U): Map<string, U> {
  return new Map([...map].map(([key, value]) => [key, change(value, key)]))
}
