import { type LayerSet, readVariables, toDevice, writeVariables } from '@gradus/core'
import {
  type Backend,
  BackendError,
  onBackend,
  type Tensor,
  type Tree,
  toBackend,
  treeLeaves,
  treeMap,
} from '@gradus/tensor'
import { keepTensors } from '@gradus/tensor/internals'

/** The tensors that are not on a backend. */
function elsewhere(tree: unknown, backend: Backend): Tensor[] {
  return [...new Set(treeLeaves(tree))].filter(({ storage }) => storage.memory !== backend)
}

/** Returns a tree with all tensors on a backend, and frees those that were on another one. The tree itself if none was. */
export async function moveTree<T>(tree: T, backend: Backend): Promise<T> {
  const old = elsewhere(tree, backend)
  if (old.length === 0) return tree
  return replaceLeaves(tree, old, await Promise.all(old.map((tensor) => toBackend(tensor, backend))))
}

/** Moves the variables of layers to a backend. */
export async function moveVariables(layers: LayerSet, backend: Backend): Promise<void> {
  const before = readVariables(layers)
  const after = await moveTree(before, backend)
  if (after !== before) writeVariables(layers, after)
}

/**
 * Moves the variables of layers to a backend at once. Throws `BackendError` if they are on a backend whose values cannot be read
 * without waiting.
 */
export function moveVariablesNow(layers: LayerSet, backend: Backend): void {
  const before = readVariables(layers)
  const old = elsewhere(before, backend)
  if (old.length === 0) return
  const { storage } = old[0]!
  if (!storage.readsAtOnce) {
    throw new BackendError(
      `The model is on the ${storage.memory.name} backend and is called with tensors of the ${backend.name} backend. Move it first: \`await model.to(backend)\`.`,
    )
  }
  const copies = onBackend(backend, () =>
    old.map((tensor) => toDevice({ data: tensor.dataSync(), shape: tensor.shape, dtype: tensor.dtype })),
  )
  writeVariables(layers, replaceLeaves(before, old, copies))
}

function replaceLeaves<T>(tree: T, old: readonly Tensor[], copies: readonly Tensor[]): T {
  keepTensors(copies)
  const byOld = new Map(old.map((tensor, index) => [tensor, copies[index]!]))
  const replaced = treeMap((leaf) => byOld.get(leaf) ?? leaf, tree as Tree) as T
  for (const tensor of old) tensor.dispose()
  return replaced
}
