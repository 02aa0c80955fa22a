import type { Tensor, Tree } from '@gradus/tensor'
import type { Rng } from '../rng.ts'
import type { BaseLayer, CallOptions } from './base-layer.ts'

/** The variables of one layer, without those of its sublayers. */
export interface LayerVariables {
  readonly params: Tree
  readonly state: Tree
}

/** The arguments of a call other than the inputs. */
export interface Call {
  readonly rng: Rng
  readonly training: boolean
  readonly options?: CallOptions & object
  /** Replaces the layer's parameters. */
  readonly params?: Tree
}

/** The part of a forward pass that the wrapper of a call uses. */
export interface ForwardPass {
  /** The losses that calls have added. */
  readonly losses: Tensor[]
  /** The states that calls have set. */
  readonly states: Map<BaseLayer, Tree>
  /** The parameters that calls have set. */
  readonly params: Map<BaseLayer, Tree>
  /** Whether a layer has variables before it is called; false while shapes are inferred and it was not called yet. */
  knows(layer: BaseLayer): boolean
  /** The current variables of a layer that is called with `inputs`; undefined if there are none. */
  variablesOf(layer: BaseLayer, inputs: Tree): LayerVariables | undefined
  /** Calls a layer without its wrapper. */
  run(layer: BaseLayer, inputs: Tree, call: Call): Tree
}

/** Replaces the calls of a layer in every forward pass. `forward.run(layer, inputs, call)` is the call itself. */
export interface CallWrapper {
  (forward: ForwardPass, inputs: Tree, call: Call): Tree
  /** What a model file says about the wrapper, so that the one who loads it can set it again. */
  readonly saved?: object
}

const wrappers = new WeakMap<BaseLayer, CallWrapper>()

/** The wrapper of a layer's calls, if there is one. */
export function wrapperOf(layer: BaseLayer): CallWrapper | undefined {
  return wrappers.get(layer)
}

/** Sets the wrapper of a layer's calls; undefined removes it. */
export function wrapCalls(layer: BaseLayer, wrapper: CallWrapper | undefined): void {
  if (wrapper) wrappers.set(layer, wrapper)
  else wrappers.delete(layer)
}
