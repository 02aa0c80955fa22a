import { type SymbolicDType, type SymbolicShape, SymbolicTensor, type Tensor, type Tree } from '@gradus/tensor'
import { describeValue } from '../config/describe.ts'
import { ConfigError } from '../errors.ts'
import type { Rng } from '../rng.ts'
import { isPlainObject, leavesOf, mapLeaves, type Structure } from '../structure.ts'
import type { CallOptions } from './base-layer.ts'
import { build, callOnValues, randomRng, resetStates, type ValueCallOptions } from './build.ts'
import { callSymbolically, callsOf, type LayerCall } from './call.ts'
import { checkCallOptions, onlyOutput, requireOptions } from './forward.ts'
import { inferCall, shapesOfCall } from './infer.ts'
import { standIn } from './stand-in.ts'
import { batchSize, unknownSize } from './trial-sizes.ts'
import { WeightedLayer } from './weighted-layer.ts'

/** The options of a call on symbolic tensors; options that are tensors may be symbolic. */
export type SymbolicOptions<O> = {
  readonly [K in keyof (CallOptions & O)]?: (CallOptions & O)[K] | Structure<SymbolicTensor>
}

/**
 * The base class of layers. `C` is the type of the config, `P` of the parameters, `S` of the state, `O` of the options of a call.
 *
 * `init` makes the parameters and `initState` the state; `apply` computes the output and may call other layers through its scope.
 * Several inputs or outputs are lists or plain objects of tensors. Output shapes, and the input shapes of sublayers, are inferred
 * by running `apply` on shapes alone.
 *
 * A parameter called `kernel` belongs to the options `kernelInitializer`, `kernelRegularizer` and `kernelConstraint`;
 * `recurrentKernel` to `recurrentInitializer` and so on.
 *
 * @example
 * import { Layer } from '@gradus/core'
 * import { Dense } from '@gradus/layers'
 * import { add, ones } from '@gradus/tensor'
 * class Residual extends Layer {
 *   static type = 'acme/Residual'
 *   static fields = { inner: 'layer' }
 *   apply(x, scope) {
 *     return add(x, scope.call(this.config.inner, x))
 *   }
 * }
 * const layer = new Residual({ inner: new Dense({ units: 2, kernelInitializer: 'ones' }) })
 * layer.call(ones([1, 2])).array() // => [[3, 3]]
 */
export abstract class Layer<
  C extends object = object,
  P extends object = object,
  S extends object = object,
  O extends object = object,
> extends WeightedLayer<C, P, S, O> {
  /**
   * The output of the layer in its functional model, for example to cut the model there. Throws `ConfigError` unless the layer
   * was called on symbolic tensors exactly once, and `TypeError` for several outputs. Keras: `Layer.output`.
   */
  get output(): SymbolicTensor {
    return onlyOutput(this, this.onlyCall('output').outputs) as unknown as SymbolicTensor
  }

  /**
   * The input of the layer in its functional model. Throws `ConfigError` unless the layer was called on symbolic tensors exactly
   * once, and `TypeError` for several inputs. Keras: `Layer.input`.
   */
  get input(): SymbolicTensor {
    const leaves = leavesOf(this.onlyCall('input').inputs)
    if (leaves.length === 1) return leaves[0] as SymbolicTensor
    throw new TypeError(`${this.type} has ${leaves.length} inputs; \`input\` is that of a layer with one.`)
  }

  /** The only call of the layer on symbolic tensors. */
  private onlyCall(end: 'input' | 'output'): LayerCall {
    const calls = callsOf(this)
    if (calls.length === 1) return calls[0]!
    throw new ConfigError(
      calls.length === 0
        ? `${this.type} has no ${end} yet: it was not called on symbolic tensors. Call it, or build the model that it is part of.`
        : `${this.type} was called ${calls.length} times, so it has several ${end}s. Keep the results of its calls, or use model.outputOf(layer).`,
    )
  }

  /**
   * Returns the shape of the output for inputs of a shape, batch first and null where a size is not known. Several inputs and
   * outputs are in lists and plain objects. The layer is not built. Options of the call may follow, and `dtype`, that of the
   * inputs (default that which the layer takes). Throws `ShapeError` for shapes that the layer cannot take. Keras:
   * `compute_output_shape`.
   *
   * @example
   * import { Conv2D } from '@gradus/layers'
   * new Conv2D({ filters: 4, kernelSize: 3 }).computeOutputShape([null, 28, 28, 1]) // => [null, 26, 26, 4]
   */
  computeOutputShape<T = SymbolicShape>(
    inputShape: Structure<SymbolicShape>,
    { dtype = this.inputDType, ...options }: { readonly dtype?: SymbolicDType } & SymbolicOptions<O> = {},
  ): T {
    checkCallOptions(this, options)
    const inputs = inputsOf(inputShape, dtype)
    const { outputs, structure } = shapesOfCall(this, inputs, options as CallOptions)
    let next = 0
    return mapLeaves(structure, () =>
      outputs[next++]!.sizes.map((size) => (typeof size === 'number' ? size : null)),
    ) as T
  }

  /**
   * Makes the weights for inputs of a shape, batch first and null where a size is not known, and returns the layer. Weights that
   * exist stay. `rng` are random numbers for initial values (default different ones each time); options of the call may follow.
   * Throws `ShapeError` for shapes that the layer cannot take.
   *
   * @example
   * import { Dense } from '@gradus/layers'
   * new Dense({ units: 2 }).build([null, 3]).countParams() // => 8
   */
  build(
    inputShape: Structure<SymbolicShape>,
    { rng, ...options }: { readonly rng?: Rng } & SymbolicOptions<O> = {} as SymbolicOptions<O>,
  ): this {
    checkCallOptions(this, options)
    if (!this.built) {
      inferCall(this, inputsOf(inputShape, this.inputDType) as Structure<SymbolicTensor>, options as CallOptions)
      build(this, () => (rng ?? randomRng()).fork('weights'))
    }
    return this
  }

  /**
   * Calls the layer. On symbolic tensors it becomes part of a functional model: `const h = new Dense({ units: 8 }).call(x)`.
   * On tensors it runs at once, with weights that are made in the first call and kept. `options` are those of the call:
   * `training`, `mask` and the options of the layer, such as `initialState`. Throws `ShapeError` for inputs that do not fit and
   * `ConfigError` for options that the layer does not have.
   */
  call(inputs: Structure<SymbolicTensor>, options?: SymbolicOptions<O>): SymbolicTensor
  call(inputs: Tree, options?: ValueCallOptions & Partial<O>): Tensor
  call(inputs: unknown, options?: ValueCallOptions & Partial<O>): SymbolicTensor | Tensor {
    return onlyOutput(this, this.callAll(inputs as Tree, options))
  }

  /**
   * Sets the states of a stateful layer, and of the stateful layers within it, to their initial values, as at the start of a new
   * sequence. Layers without such states keep theirs: the statistics of a `BatchNormalization` stay. Keras: `reset_state`.
   *
   * @example
   * import { GRU } from '@gradus/layers'
   * import { ones } from '@gradus/tensor'
   * const layer = new GRU({ units: 1, stateful: true, kernelInitializer: 'ones', recurrentInitializer: 'ones' })
   * const first = layer.call(ones([1, 2, 3])).item()
   * layer.call(ones([1, 2, 3])).item() === first // => false
   * layer.resetStates()
   * layer.call(ones([1, 2, 3])).item() === first // => true
   */
  resetStates(): void {
    resetStates(this)
  }

  /** Like `call`, for layers with several outputs. Returns them in the structure that `apply` returns. */
  callAll<T = SymbolicTensor[]>(inputs: Structure<SymbolicTensor>, options?: SymbolicOptions<O>): T
  callAll<T = Tensor[]>(inputs: Tree, options?: ValueCallOptions & Partial<O>): T
  callAll(inputs: unknown, options: ValueCallOptions & object = {}): unknown {
    requireOptions(this, options)
    const leaves = leavesOf(inputs)
    if (leaves.length > 0 && leaves.every((leaf) => leaf instanceof SymbolicTensor)) {
      return callSymbolically(this, inputs as Structure<SymbolicTensor>, options)
    }
    if (leaves.length === 0 || leaves.some((leaf) => leaf instanceof SymbolicTensor)) {
      throw new TypeError(
        `${this.type}.call takes tensors, or symbolic tensors made by input({ shape }) or by another layer's call. Make tensors of numbers with tensor(...).`,
      )
    }
    return callOnValues(this, inputs as Tree, options)
  }
}

/** Stand-ins for inputs of these shapes. */
function inputsOf(inputShape: Structure<SymbolicShape>, dtype: SymbolicDType): unknown {
  return mapShapes(inputShape, ([batch, ...sizes]) =>
    standIn([batch ?? batchSize, ...sizes.map((d) => d ?? unknownSize())], dtype),
  )
}

/** The same structure with `map` applied to each shape, which is a list of sizes and nulls. */
export function mapShapes(value: unknown, map: (shape: SymbolicShape) => unknown): unknown {
  if (Array.isArray(value)) {
    return value.every((d) => d === null || typeof d === 'number')
      ? map(value)
      : value.map((one) => mapShapes(one, map))
  }
  if (isPlainObject(value))
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, mapShapes(one, map)]))
  throw new ConfigError(`A shape is a list of sizes and nulls, such as [null, 3], and not ${describeValue(value)}.`)
}
