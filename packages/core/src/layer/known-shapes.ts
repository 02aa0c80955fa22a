import type { SymbolicShape, Tree } from '@gradus/tensor'
import type { BaseLayer, InputShape } from './base-layer.ts'

/** The shapes of a layer, which are found before it has values. */
export interface LayerShapes {
  /** The shapes of its inputs, with 1 for unknown dimensions. */
  readonly input: InputShape
  /** Its parameters, without values. */
  readonly params: Tree
  /** The shapes of its outputs in order. */
  readonly outputs: readonly SymbolicShape[]
}

// A layer keeps the shapes of its first call, whichever model calls it next.
const known = new WeakMap<BaseLayer, LayerShapes>()

/** The shapes of a layer at its first call; undefined if it was not called yet. */
export function knownShapes(layer: BaseLayer): LayerShapes | undefined {
  return known.get(layer)
}

/** Keeps the shapes of a layer, unless those of an earlier call are kept. */
export function keepShapes(layer: BaseLayer, shapes: LayerShapes): void {
  if (!known.has(layer)) known.set(layer, shapes)
}
