import { type Tensor, treeLeaves } from '@gradus/tensor'
import { currentInterpreter, eager, keepTensors } from '@gradus/tensor/internals'
import type { BaseLayer } from './base-layer.ts'

interface Added {
  readonly losses: readonly Tensor[]
  readonly interpreter: unknown
}

/** The losses that the last call of a layer on values has added. */
const lastAdded: WeakMap<BaseLayer, Added> = /* @__PURE__ */ new WeakMap()

/** Keeps the losses that a call of a layer has added, in place of those of the call before, which it frees. */
export function keepLosses(layer: BaseLayer, losses: readonly Tensor[]): void {
  const interpreter = currentInterpreter()
  const before = lastAdded.get(layer)
  if (before?.interpreter === eager) for (const loss of before.losses) loss.dispose()
  if (losses.length === 0) lastAdded.delete(layer)
  else lastAdded.set(layer, { losses, interpreter })
  if (interpreter === eager) keepTensors(treeLeaves(losses as Tensor[]))
}

/** Returns the losses of the last call, unless it was part of a trace or a gradient that has ended. */
export function addedLosses(layer: BaseLayer): readonly Tensor[] {
  const added = lastAdded.get(layer)
  return added?.interpreter === currentInterpreter() ? added.losses : []
}
