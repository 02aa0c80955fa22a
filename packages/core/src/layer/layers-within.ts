import type { BaseLayer } from './base-layer.ts'

/** A layer within another one. */
export interface LayerPlace {
  readonly layer: BaseLayer
  /** The names of the layers on the way, joined by dots; '' for the outer layer itself. */
  readonly path: string
  /** Whether training changes its parameters: it and all layers on some way to it are trainable. */
  readonly trained: boolean
}

/**
 * A layer and all layers within it, each once however many ways lead to it, in Keras's order: a layer before its sublayers.
 */
export function layersWithin(root: BaseLayer): LayerPlace[] {
  const trained = new Set<BaseLayer>()
  collectTrained(root, trained)
  const places: LayerPlace[] = []
  const known = new Set<BaseLayer>()
  const visit = (layer: BaseLayer, path: string): void => {
    if (known.has(layer)) return
    known.add(layer)
    places.push({ layer, path, trained: trained.has(layer) })
    for (const [name, sublayer] of Object.entries(layer.sublayers())) visit(sublayer, path ? `${path}.${name}` : name)
  }
  visit(root, '')
  return places
}

function collectTrained(layer: BaseLayer, trained: Set<BaseLayer>): void {
  if (!layer.trainable || trained.has(layer)) return
  trained.add(layer)
  for (const sublayer of Object.values(layer.sublayers())) collectTrained(sublayer, trained)
}
