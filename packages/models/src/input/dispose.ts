import { treeForEach } from '@gradus/tensor'

/** Frees the tensors of a tree. */
export function disposeTree(tree: unknown): void {
  treeForEach(tree, (tensor) => tensor.dispose())
}
