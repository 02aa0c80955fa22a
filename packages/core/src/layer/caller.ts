import type { Tensor, Tree } from '@gradus/tensor'
import type { BaseLayer, CallOptions } from './base-layer.ts'

/** Calls layers with variables that it holds: the scope of a layer whose `apply` is running, or a step of a model. */
export interface LayerCaller {
  /** Whether the variables of a layer are held here. */
  holds(layer: BaseLayer): boolean
  callAll(layer: BaseLayer, inputs: Tree, options?: CallOptions & object): Tree
  /** Adds a scalar to the loss; only in the scope of a layer. */
  readonly addLoss?: (loss: Tensor) => void
}

/** The running callers, the innermost first. */
const running: LayerCaller[] = []

/** Runs `body`, in which `layer.call` of a layer that `caller` holds means `caller.callAll`. `body` must be synchronous. */
export function withCaller<T>(caller: LayerCaller, body: () => T): T {
  running.unshift(caller)
  try {
    return body()
  } finally {
    running.shift()
  }
}

/** The innermost running caller that holds the variables of a layer. */
export function callerOf(layer: BaseLayer): LayerCaller | undefined {
  return running.find((caller) => caller.holds(layer))
}

/** The innermost running caller. */
export function innermostCaller(): LayerCaller | undefined {
  return running[0]
}
