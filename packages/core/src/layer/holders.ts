import type { BaseLayer } from './base-layer.ts'

/** A layer as a part of a model. */
interface Place {
  readonly name: string
  /** Builds the model; undefined once it is built. */
  readonly build?: (() => void) | undefined
}

// The first model that holds a layer names it. A model that was built is not kept.
const places = new WeakMap<BaseLayer, Place>()

/** The name of a layer in the model or the layer that first held it; undefined before. */
export function heldName(layer: BaseLayer): string | undefined {
  return places.get(layer)?.name
}

/**
 * Gives layers the names that they have in a model, unless another one holds them already. `before` are the earlier names in the
 * same model. `build` makes the weights of the model.
 */
export function holdLayers(
  named: Iterable<readonly [layer: BaseLayer, name: string]>,
  build?: () => void,
  before?: ReadonlyMap<BaseLayer, string>,
): void {
  for (const [layer, name] of named) {
    const place = places.get(layer)
    if (place && place.name !== before?.get(layer)) continue
    places.set(layer, { name, build })
  }
}

/** Builds the model that holds a layer. Returns false if there is none. */
export function buildHolder(layer: BaseLayer): boolean {
  const { build } = places.get(layer) ?? {}
  build?.()
  return build !== undefined
}

/** Keeps the names of layers that have weights now, and not their models. */
export function releaseHolders(layers: readonly BaseLayer[]): void {
  for (const layer of layers) {
    const place = places.get(layer)
    if (place?.build) places.set(layer, { name: place.name })
  }
}
