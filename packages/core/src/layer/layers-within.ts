import type { BaseLayer } from './base-layer.ts'

/** A layer and its path within an outer layer. */
export interface NestedLayer {
  readonly layer: BaseLayer
  /** The names of the sublayers that lead to it, joined by dots; '' for the outer layer itself. */
  readonly path: string
  /** Whether training changes its parameters: it and all layers on some path to it are trainable. */
  readonly trained: boolean
}

/**
 * A layer and its nested layers at any depth, in Keras's order: a layer before its sublayers. A layer on several paths occurs
 * once, with the first path.
 */
export function layersWithin(root: BaseLayer): NestedLayer[] {
  const trained = new Set<BaseLayer>()
  collectTrained(root, trained)
  const layers: NestedLayer[] = []
  const known = new Set<BaseLayer>()
  const visit = (layer: BaseLayer, path: string): void => {
    if (known.has(layer)) return
    known.add(layer)
    layers.push({ layer, path, trained: trained.has(layer) })
    for (const [name, sublayer] of Object.entries(layer.sublayers())) visit(sublayer, path ? `${path}.${name}` : name)
  }
  visit(root, '')
  return layers
}

function collectTrained(layer: BaseLayer, trained: Set<BaseLayer>): void {
  if (!layer.trainable || trained.has(layer)) return
  trained.add(layer)
  for (const sublayer of Object.values(layer.sublayers())) collectTrained(sublayer, trained)
}
