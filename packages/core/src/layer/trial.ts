import { type DType, inferShapes, type Shape, type SymbolicTensor, Tensor, type Tree } from '@gradus/tensor'
import { Rng } from '../rng.ts'
import { mapLeaves } from '../structure.ts'
import type { BaseLayer, CallOptions, InputShape } from './base-layer.ts'
import type { LayerVariables } from './call-wrapper.ts'
import { Forward, type VariableSource } from './forward.ts'
import { keepShapes, knownShapes } from './known-shapes.ts'
import { sizeAt } from './trial-sizes.ts'
import { initialParams, initialState } from './variables.ts'

/** A call of a layer on shapes alone, with one choice of sizes for the unknown dimensions. */
export interface Trial {
  readonly outputs: Tree
  /** The layers that were called, in the order of their first calls. */
  readonly layers: ReadonlyMap<BaseLayer, TrialLayer>
}

/** One layer in a trial: the shapes of its first call, and its variables without values. */
export interface TrialLayer extends LayerVariables {
  readonly input: InputShape
  outputs: readonly Shape[]
}

/** Calls a layer on shapes, with the sizes of trial number `trial`. Throws `ShapeError` for sizes that it cannot take. */
export function runTrial(layer: BaseLayer, inputs: unknown, options: CallOptions & object, trial: number): Trial {
  return inferShapes(() => {
    const withSizes = (value: unknown) =>
      mapLeaves(value, (x) => {
        const { sizes, dtype } = x as SymbolicTensor
        // there are no tensors of strings, but a tensor without values may have the dtype
        return new Tensor({ shape: sizes.map((size) => sizeAt(size, trial)), dtype: dtype as DType })
      })
    const variables = new TrialVariables()
    const call = { rng: trialRng(), training: false, options: withSizes(options) as object }
    const outputs = variables.forward().call(layer, withSizes(inputs) as Tree, call)
    return { outputs, layers: variables.layers }
  })
}

/**
 * Runs `run` on shapes alone, with variables and random numbers without values, and keeps the shapes of the layers that it calls.
 * For layers that are called by a function rather than by a layer that holds them all.
 */
export function inferLayers<T>(run: (forward: Forward, rng: Rng) => T): T {
  return inferShapes(() => {
    const variables = new TrialVariables()
    const result = run(variables.forward(), trialRng())
    for (const [layer, { input, params, outputs }] of variables.layers) {
      // the first dimension is the batch
      keepShapes(layer, { input, params, outputs: outputs.map(([_, ...sample]) => [null, ...sample]) })
    }
    return result
  })
}

/** Parameters and states without values. Those of a layer are made at its first call. */
class TrialVariables implements VariableSource {
  readonly layers = new Map<BaseLayer, TrialLayer>()

  of(layer: BaseLayer, inputs: Tree): LayerVariables {
    const found = this.layers.get(layer)
    if (found) return found
    const input = mapLeaves(inputs, (x) => x.shape) as InputShape
    const params = knownShapes(layer)?.params ?? initialParams(layer, trialRng(), input)
    const made = { input, params, state: initialState(layer, trialRng(), input), outputs: [] }
    this.layers.set(layer, made)
    return made
  }

  knows(layer: BaseLayer): boolean {
    return this.layers.has(layer)
  }

  /** A forward pass that records the output shapes of each layer at its first call. */
  forward(): Forward {
    return new Forward(this, (layer, outputs) => {
      const called = this.layers.get(layer)!
      if (called.outputs.length === 0) called.outputs = outputs.map(({ shape }) => shape)
    })
  }
}

function trialRng(): Rng {
  return new Rng(new Tensor({ shape: [2], dtype: 'uint32' }))
}
