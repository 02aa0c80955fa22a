import { cast, type DType, type FloatDType, isFloat, Tensor, type Tree, treeMap } from '@gradus/tensor'
import type { Rng } from './rng.ts'

/** What a layer runs with; `core/layer.ts` says more. */
interface RunScope {
  readonly params: Tree
  readonly state: Tree
  readonly rng: Rng
  readonly training: boolean
  readonly mask?: Tensor | readonly (Tensor | undefined)[]
  addLoss(loss: Tensor): void
}

/** The part of a layer that running it needs. */
export interface Runnable {
  readonly dtype: FloatDType
  readonly computeDType: FloatDType
  readonly inputDType: DType
  readonly fullPrecision: boolean
  apply(inputs: Tensor | readonly Tensor[], scope: RunScope): unknown
}

export interface LayerRun {
  /** The inputs as the layer saw them. */
  readonly inputs: readonly Tensor[]
  readonly outputs: readonly Tensor[]
  readonly state: Tree
}

/**
 * Runs a layer: inputs are cast to what it takes. Where it computes in another dtype than that of its parameters, so are
 * parameters and state; its outputs are in the dtype that it computes in, its new state in that of the old one.
 */
export function runLayer(layer: Runnable, given: readonly Tensor[], many: boolean, scope: RunScope): LayerRun {
  const { dtype, computeDType, inputDType } = layer
  const mixed = computeDType !== dtype
  const inside = layer.fullPrecision ? dtype : computeDType
  const inputs = given.map((x) => cast(x, isFloat(inputDType) ? inside : inputDType))
  const result = layer.apply(
    many ? inputs : inputs[0]!,
    mixed ? { ...scope, params: castFloats(scope.params, inside), state: castFloats(scope.state, inside) } : scope,
  )
  const { outputs, state } = splitResult(result, scope.state)
  if (!mixed) return { inputs, outputs, state }
  return {
    inputs,
    outputs: outputs.map((output) => castFloat(output, computeDType)),
    state: state === scope.state ? state : treeMap((next, old) => cast(next, old.dtype), state, scope.state),
  }
}

function castFloats(tree: Tree, dtype: DType): Tree {
  return treeMap((leaf) => castFloat(leaf, dtype), tree)
}

function castFloat(x: Tensor, dtype: DType): Tensor {
  return isFloat(x.dtype) ? cast(x, dtype) : x
}

/** Tells the forms of a layer's result apart: outputs as a list, and the state (the old one where none is returned). */
export function splitResult(result: unknown, state: Tree): { outputs: readonly Tensor[]; state: Tree } {
  if (result instanceof Tensor) return { outputs: [result], state }
  const list = result as readonly unknown[]
  if (list.length === 2 && !(list[1] instanceof Tensor)) {
    const outputs = list[0] instanceof Tensor ? [list[0]] : (list[0] as readonly Tensor[])
    return { outputs, state: list[1] as Tree }
  }
  return { outputs: list as readonly Tensor[], state }
}
