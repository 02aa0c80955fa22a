import { type Tree, tidy, treeLeaves } from '@gradus/tensor'
import { currentInterpreter, eager, keepTensors, withInterpreter } from '@gradus/tensor/internals'
import { ConfigError } from '../errors.ts'
import { Rng } from '../rng.ts'
import type { BaseLayer, CallOptions, InputShape } from './base-layer.ts'
import { callerOf } from './caller.ts'
import { checkCallOptions, Forward } from './forward.ts'
import { inferCall } from './infer.ts'
import { maskOf } from './masks.ts'
import { standIns } from './stand-in.ts'
import { statesAfter } from './stateless.ts'
import {
  buildFrom,
  buildVariables,
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
  const { rng, training = false, ...rest } = options
  checkCallOptions(layer, rest)
  const stream = () => rng ?? new Rng(Math.floor(Math.random() * 2 ** 32))
  if (!variablesOf(layer)) buildFor(layer, inputs, { ...rest, training }, () => stream().fork('weights'))
  const run = () => {
    const before = readVariables(layer)
    const forward = new Forward(variablesFrom(layer, before))
    const outputs = forward.call(layer, inputs, { rng: stream().fork('call'), training, options: rest })
    const state = forward.states.size > 0 ? statesAfter(layer, forward, before.state) : undefined
    return { outputs, state, masks: treeLeaves(outputs).map(maskOf) }
  }
  // outside of traces and gradients, nothing else needs the intermediate tensors
  const { outputs, state } = currentInterpreter() === eager ? tidy(run) : run()
  if (state) keepState(layer, state)
  return outputs
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
