import type { SymbolicDType, Tensor, Tree } from '@gradus/tensor'
import { Rng } from '../rng.ts'
import type { BaseLayer, CallOptions, InputShape } from './base-layer.ts'
import { checkCallOptions, Forward } from './forward.ts'
import { inferCall } from './infer.ts'
import { mapInputShape } from './input-shape.ts'
import { knownShapes } from './known-shapes.ts'
import { layersWithin } from './layers-within.ts'
import { standIn, standIns } from './stand-in.ts'
import { initVariables, type LayerTrees, rngAt, variablesFrom } from './variables.ts'

/** The variables of a layer and its nested layers, by path. */
export interface VariableTrees {
  readonly params: LayerTrees
  readonly state: LayerTrees
}

/** The options of a stateless call that every layer has. */
export interface StatelessOptions extends CallOptions {
  /** Random numbers for dropout and the like; only needed in training. */
  readonly rng?: Rng
}

/** The result of a stateless call. */
export interface StatelessResult {
  readonly outputs: Tree
  /** The state after the call, in the form of the given one. */
  readonly state: LayerTrees
  /** The parameters after the call, in the form of the given ones, if a layer has set some, as `SpectralNormalization` does. */
  readonly params?: LayerTrees
  /** Losses that layers added: `addLoss` and activity regularizers. */
  readonly losses: readonly Tensor[]
}

/** Further options of `initLayer`. */
export interface InitOptions<O extends object = object> {
  /** The dtypes of the inputs in order, or one for all (default `layer.inputDType`). */
  readonly dtypes?: SymbolicDType | readonly SymbolicDType[]
  /** Options of the call, for a layer that requires some. Of tensors only the shapes are used. */
  readonly options?: CallOptions & Partial<O>
}

/**
 * Initial variables of a layer and its nested layers, for inputs of these shapes (batch first). The layer does not keep them.
 * Throws `ShapeError` for shapes that the layer cannot take, and `ConfigError` for unknown options.
 *
 * @example
 * import { initLayer, Rng } from '@gradus/core'
 * import { Dense } from '@gradus/layers'
 * const { params } = initLayer(new Dense({ units: 2 }), [1, 3], new Rng(7))
 * params[''].kernel.shape // => [3, 2]
 */
export function initLayer<L extends BaseLayer>(
  layer: L,
  inputShape: InputShape,
  rng: Rng,
  { dtypes = layer.inputDType, options = {} }: InitOptions<L['Options']> = {},
): VariableTrees {
  checkCallOptions(layer, options)
  let next = 0
  const dtypeOf = () => (typeof dtypes === 'string' ? dtypes : dtypes[next++]!)
  const { layers } = inferCall(
    layer,
    mapInputShape(inputShape, (shape) => standIn(shape, dtypeOf())),
    standIns(options) as object,
  )
  const params: Record<string, Tree> = {}
  const state: Record<string, Tree> = {}
  for (const { layer: found, path } of layersWithin(layer)) {
    const shapes = layers.get(found)
    if (!shapes) continue
    const made = initVariables(found, shapes, rngAt(rng, path))
    params[path] = made.params
    state[path] = made.state
  }
  return { params, state }
}

/**
 * Calls a layer with the given variables and returns the new state instead of keeping it: a pure function, for `compile`, `grad`
 * and custom training loops. Throws `ShapeError` for inputs that do not fit, and `ConfigError` for unknown options. Keras:
 * `Layer.stateless_call`.
 *
 * @example
 * import { initLayer, Rng, statelessCall } from '@gradus/core'
 * import { Dense } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * const layer = new Dense({ units: 1, kernelInitializer: 'ones' })
 * const variables = initLayer(layer, [1, 2], new Rng(7))
 * statelessCall(layer, variables, tensor([[1, 2]])).outputs.array() // => [[3]]
 */
export function statelessCall<L extends BaseLayer>(
  layer: L,
  variables: VariableTrees,
  inputs: Tree,
  given: StatelessOptions & Partial<L['Options']> = {},
): StatelessResult {
  const { rng = new Rng(0), training = false, ...options } = given as StatelessOptions
  checkCallOptions(layer, options)
  // a layer may make sublayers in `init`, for the shape of its inputs
  if (!knownShapes(layer)) inferCall(layer, standIns(inputs), standIns(options) as object)
  const forward = new Forward(variablesFrom(layer, variables))
  const outputs = forward.call(layer, inputs, { rng, training, options })
  return {
    outputs,
    state: treesAfter(layer, forward.states, variables.state),
    losses: forward.losses,
    ...(forward.params.size > 0 && { params: treesAfter(layer, forward.params, variables.params) }),
  }
}

/** The states after a forward pass: the new ones where a call has set one, the old ones otherwise. */
export function statesAfter(root: BaseLayer, forward: Forward, before: LayerTrees): LayerTrees {
  return treesAfter(root, forward.states, before)
}

/** The trees of a layer and its nested layers, with those of `changed` in place of those before. */
export function treesAfter(root: BaseLayer, changed: ReadonlyMap<BaseLayer, Tree>, before: LayerTrees): LayerTrees {
  if (changed.size === 0) return before
  const after: Record<string, Tree> = { ...before }
  for (const { layer, path } of layersWithin(root)) {
    const tree = changed.get(layer)
    if (tree && path in before) after[path] = tree
  }
  return after
}
