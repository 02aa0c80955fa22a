import { type Tensor, type Tree, tidy, treeLeaves, treeMap } from '@gradus/tensor'
import { apply, currentInterpreter, eager, identityOp, keepTensors, withInterpreter } from '@gradus/tensor/internals'
import { defaultSeed } from '../config/default-seed.ts'
import { ConfigError } from '../errors.ts'
import { Rng } from '../rng.ts'
import { mapLeaves } from '../structure.ts'
import { keepLosses } from './added-losses.ts'
import type { BaseLayer, CallOptions, InputShape } from './base-layer.ts'
import { callerOf } from './caller.ts'
import { checkCallOptions, Forward } from './forward.ts'
import { holdLayers, releaseHolders } from './holders.ts'
import { inferCall } from './infer.ts'
import { knownShapes } from './known-shapes.ts'
import { layersWithin } from './layers-within.ts'
import { maskOf, setMask } from './masks.ts'
import { standIns } from './stand-in.ts'
import { statesAfter, treesAfter } from './stateless.ts'
import {
  buildFrom,
  buildVariables,
  initialState,
  type LayerTrees,
  lacksVariables,
  readVariables,
  variablesFrom,
  variablesOf,
  writeVariables,
} from './variables.ts'

/** The options of a call on values that every layer has. */
export interface ValueCallOptions extends CallOptions {
  /** Random numbers for initial weights, dropout and the like; by default different ones at each call. */
  readonly rng?: Rng
}

/**
 * Calls a layer on tensors with the variables that it keeps, which are made at its first call. Keeps the states that the call
 * sets. Within the `apply` of an outer layer, or a step of a model, it is the same as `scope.callAll` and `step.callAll`.
 * Throws `ConfigError` if the call sets a state inside `compile`, where states have no values.
 */
export function callOnValues(layer: BaseLayer, inputs: Tree, options: ValueCallOptions & object): Tree {
  const caller = callerOf(layer)
  if (caller) return caller.callAll(layer, inputs, options)
  const { rng, training = trainsByDefault(layer), ...rest } = options
  checkCallOptions(layer, rest)
  const stream = () => rng ?? randomRng()
  if (!variablesOf(layer)) buildFor(layer, inputs, { ...rest, training }, () => stream().fork('weights'))
  const run = () => {
    const before = readVariables(layer)
    const forward = new Forward(variablesFrom(layer, before))
    const outputs = forward.call(layer, inputs, { rng: stream().fork('call'), training, options: rest })
    const state = forward.states.size > 0 ? statesAfter(layer, forward, before.state) : undefined
    const params = forward.params.size > 0 ? treesAfter(layer, forward.params, before.params) : undefined
    const separate = {
      outputs: apartFrom(before, outputs),
      state: state && apartFrom([inputs, outputs], state),
      params: params && apartFrom([inputs, outputs], params),
      losses: apartFrom([before, inputs, outputs], forward.losses),
    }
    return { ...separate, masks: treeLeaves(outputs).map(maskOf) }
  }
  // outside of traces and gradients, nothing else needs the intermediate tensors
  const { outputs, state, params, losses } = currentInterpreter() === eager ? tidy(run) : run()
  if (state) keepState(layer, state)
  if (params) keepParams(layer, params)
  keepLosses(layer, losses)
  return outputs
}

/** A random stream that differs from program to program, unless `setRandomSeed` was called. */
export function randomRng(): Rng {
  return new Rng(defaultSeed())
}

/** Whether a call outside of other layers is part of training if it does not say so, as in Keras for layers that change images. */
function trainsByDefault(layer: BaseLayer): boolean {
  return (layer.constructor as typeof BaseLayer).callDefaults['training'] === true
}

/** Makes the variables of a layer and its nested layers for inputs of these shapes. Initial values depend on `rng`. */
export function buildFor(layer: BaseLayer, inputs: unknown, options: CallOptions & object, rng: () => Rng): void {
  inferCall(layer, standIns(inputs), standIns(options) as object)
  build(layer, rng)
}

/**
 * Makes missing variables, for the input shapes of the first calls or for those given by path. They get values at once, also
 * while a function is being traced.
 */
export function build(layer: BaseLayer, rng: () => Rng, shapes?: Readonly<Record<string, InputShape>>): void {
  if (!shapes && !lacksVariables(layer)) return
  withInterpreter(eager, () =>
    tidy(() => {
      if (shapes) buildFrom(layer, shapes, rng())
      else buildVariables(layer, rng())
      return readVariables(layer)
    }),
  )
  keepTensors(treeLeaves(readVariables(layer)))
  const built = layersWithin(layer).map((within) => within.layer)
  for (const outer of built) holdLayers(Object.entries(outer.sublayers()).map(([name, inner]) => [inner, name]))
  releaseHolders(built)
}

/** Gives the stateful layers among a layer and its nested layers their initial states. */
export function resetStates(root: BaseLayer): void {
  for (const { layer, path } of layersWithin(root)) {
    const [variables, shapes] = [variablesOf(layer), knownShapes(layer)]
    if (!layer.stateful || !variables || !shapes) continue
    const state = withInterpreter(eager, () =>
      // copies, because `initState` may return tensors that the layer holds
      tidy(() => treeMap((x) => apply(identityOp, [x], null), initialState(layer, new Rng(0), shapes.input))),
    )
    keepTensors(treeLeaves(state))
    for (const old of treeLeaves(variables.state)) old.dispose()
    writeVariables(root, { state: { [path]: state } })
  }
}

/**
 * Copies the tensors of `tree` that are among those of `others`. Training overwrites the variables of a layer, and the user may
 * free inputs and outputs, so these share no tensors.
 */
function apartFrom<T extends Tree>(others: unknown, tree: T): T {
  const taken = new Set(treeLeaves(others))
  const copy = (x: Tensor) => {
    const copied = apply(identityOp, [x], null)
    setMask(copied, maskOf(x))
    return copied
  }
  return mapLeaves(tree, (x) => (taken.has(x as Tensor) ? copy(x as Tensor) : x)) as T
}

function keepState(layer: BaseLayer, state: ReturnType<typeof statesAfter>): void {
  const leaves = treeLeaves(state)
  if (leaves.some((leaf) => !leaf.concrete)) {
    throw new ConfigError(
      `${layer.type}.call changes the layer's state, which has no value while a function is traced. Use statelessCall(layer, variables, inputs), which returns the new state.`,
    )
  }
  keepTensors(leaves)
  writeVariables(layer, { state })
}

/** Keeps parameters that a call has set. Where a function is traced they have no values, and the old ones stay. */
function keepParams(layer: BaseLayer, params: LayerTrees): void {
  const leaves = treeLeaves(params)
  if (leaves.some((leaf) => !leaf.concrete)) return
  keepTensors(leaves)
  writeVariables(layer, { params })
}
