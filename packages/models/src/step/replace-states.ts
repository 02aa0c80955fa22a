import { type LayerSet, type LayerTrees, readVariables, writeVariables } from '@gradus/core'
import { type Tree, treeLeaves } from '@gradus/tensor'
import { keepTensors } from '@gradus/tensor/internals'

/** Replaces states of layers, by path, and frees the old ones. */
export function replaceStates(layers: LayerSet, state: LayerTrees): void {
  const paths = Object.keys(state)
  if (paths.length === 0) return
  const before = readVariables(layers).state
  const kept = new Set(treeLeaves(state as unknown as Tree))
  keepTensors([...kept])
  writeVariables(layers, { state })
  for (const path of paths) for (const old of treeLeaves(before[path] ?? [])) if (!kept.has(old)) old.dispose()
}
