import { type BaseLayer, type LayerTrees, layersWithin } from '@gradus/core'
import { type Tensor, type Tree, treeForEach, treeMap } from '@gradus/tensor'

/** Applies `map` to each parameter, with its layer and its key. */
function mapParameters(
  root: BaseLayer,
  params: LayerTrees,
  map: (value: Tensor, layer: BaseLayer, key: string) => Tensor,
): LayerTrees {
  const mapped: Record<string, Tree> = {}
  for (const { layer, path } of layersWithin(root)) {
    const tree = params[path]
    if (tree === undefined) continue
    const keys: string[] = []
    treeForEach(tree, (_, key) => keys.push(key))
    let next = 0
    mapped[path] = treeMap((value) => map(value, layer, keys[next++]!), tree)
  }
  return mapped
}

/** Returns the parameters after their constraints. */
export function constrained(root: BaseLayer, params: LayerTrees): LayerTrees {
  return mapParameters(root, params, (value, layer, key) => layer.constraintOf(key)?.project(value) ?? value)
}

/** Returns the penalties of regularizers on parameters. */
export function penaltiesOf(root: BaseLayer, params: LayerTrees): Tensor[] {
  const penalties: Tensor[] = []
  mapParameters(root, params, (value, layer, key) => {
    const penalty = layer.regularizerOf(key)?.loss(value)
    if (penalty) penalties.push(penalty)
    return value
  })
  return penalties
}

/** Whether a layer computes in float16. */
export function usesFloat16(root: BaseLayer): boolean {
  return layersWithin(root).some(({ layer }) => layer.computeDType === 'float16')
}
