import {
  BaseLayer,
  type CallOptions,
  ConfigError,
  callOf,
  callSymbolically,
  Input,
  input,
  isPlainObject,
  Layer,
  leavesOf,
  mapLeaves,
  OperationLayer,
  type Structure,
} from '@gradus/core'
import { SymbolicTensor } from '@gradus/tensor'
import type { Network } from '../network/index.ts'
import { Model } from './model.ts'
import type { ModelConfig } from './model-graph.ts'
import { Sequential } from './sequential.ts'

/** Options of `cloneModel`. */
export interface CloneOptions {
  /** Returns the layer that replaces a layer which is not an input: another one, or the layer itself, which is then shared. */
  readonly cloneFunction?: (layer: Layer) => Layer
  /** Calls a layer of the clone, for functional models. By default `layer.callAll(inputs, options)`. */
  readonly callFunction?: (
    layer: Layer,
    inputs: Structure<SymbolicTensor>,
    options: CallOptions & object,
  ) => Structure<SymbolicTensor>
  /** Symbolic tensors for the inputs, in the structure of `model.inputs`; by default new inputs. */
  readonly inputTensors?: Structure<SymbolicTensor>
  /** Whether `cloneFunction` is called with the layers in nested models, too, rather than with these models. */
  readonly recursive?: boolean
}

/**
 * Returns a model of the same layers with weights that are made again; those of the old model can be copied with
 * `await clone.setWeights(await model.getWeights())`. It is compiled as the old one is. Layers that are shared in the model are
 * shared in the clone. Throws `ConfigError` for a function that the kind of model does not take. Keras: `clone_model`.
 *
 * @example
 * import { Dense, Dropout } from '@gradus/layers'
 * import { input } from '@gradus/core'
 * import { cloneModel, Model } from '@gradus/models'
 * const x = input({ shape: [3] })
 * const model = new Model({ inputs: x, outputs: new Dense({ units: 2 }).call(new Dense({ units: 4 }).call(x)) })
 * const clone = cloneModel(model, {
 *   callFunction: (layer, inputs) => new Dropout({ rate: 0.5 }).call(layer.call(inputs)),
 * })
 * clone.layers.map(({ type }) => type) // => ['InputLayer', 'Dense', 'Dropout', 'Dense', 'Dropout']
 */
export function cloneModel<M extends Model>(model: M, options: CloneOptions = {}): M {
  if (!(model instanceof Model))
    throw new ConfigError('cloneModel takes a model and its options: cloneModel(model, {}).')
  const { callFunction, cloneFunction, inputTensors } = options
  if (model instanceof Sequential && callFunction) {
    throw new ConfigError('cloneModel: a Sequential model makes its calls itself, so it takes no callFunction.')
  }
  if (!(model instanceof Sequential) && !model.network && (callFunction ?? cloneFunction ?? inputTensors)) {
    throw new ConfigError(
      `cloneModel: ${model.type} is a subclassed model, which is made from its options; it takes no functions and no inputTensors.`,
    )
  }
  return new Cloner(options).modelOf(model, true) as M
}

/** Whether a layer is passed to the functions of a clone. Operations are not, as in Keras. */
function isLayer(layer: BaseLayer): layer is Layer {
  return layer instanceof Layer && !(layer instanceof OperationLayer)
}

/** Makes the layers of a clone, each once. */
class Cloner {
  private readonly made = new Map<BaseLayer, BaseLayer>()

  constructor(private readonly options: CloneOptions) {}

  /** The clone of a model; `given` are the options for the outer model and, if recursive, for nested ones. */
  modelOf(model: Model, outer: boolean): Model {
    const inputTensors = outer ? this.options.inputTensors : undefined
    const custom = outer || this.options.recursive === true
    const clone =
      model instanceof Sequential
        ? this.sequential(model, inputTensors, custom)
        : model.network
          ? this.functional(model, model.network, inputTensors, custom)
          : (this.instance(model) as Model)
    if (!model.trainable) clone.trainable = false
    const compiled = model.getCompileConfig()
    if (compiled) clone.compile(compiled as never)
    return clone
  }

  private sequential(model: Sequential, given: Structure<SymbolicTensor> | undefined, custom: boolean): Model {
    const [first] = Object.values(model.sublayers())
    const [tensor, ...others] = given === undefined ? [] : (leavesOf(given) as SymbolicTensor[])
    if (others.length > 0)
      throw new ConfigError('cloneModel: a Sequential model has one input; inputTensors has several.')
    const entry = tensor ? entryLayer(tensor) : first instanceof Input ? new Input(first.config) : undefined
    const layers = model.layers.map((layer) => this.layerOf(layer, custom) as Layer)
    const Class = classOf(model, Sequential) as typeof Sequential
    const make = (input: Layer | undefined) => new Class(input ? [input, ...layers] : layers, optionsOf(model))
    const clone = make(entry)
    const shape = clone.knownShape ? undefined : model.knownShape
    return (shape ? make(new Input({ shape, dtype: model.inputDType })) : clone) as unknown as Model
  }

  private functional(
    model: Model,
    network: Network,
    given: Structure<SymbolicTensor> | undefined,
    custom: boolean,
  ): Model {
    const tensors = new Map<SymbolicTensor, SymbolicTensor>()
    const inputs = given ?? mapLeaves(model.inputs, (x) => newInput(x as SymbolicTensor, network))
    const list = leavesOf(inputs) as SymbolicTensor[]
    if (list.length !== network.inputs.length || !list.every((x) => x instanceof SymbolicTensor)) {
      throw new ConfigError(
        `cloneModel: inputTensors has ${list.length} symbolic tensors and the model ${network.inputs.length} inputs. Give them in the structure of model.inputs.`,
      )
    }
    // in the order of the network, which is that of the leaves
    network.inputs.forEach((x, index) => tensors.set(x, list[index]!))
    const mapped = (structure: unknown) => mapLeaves(structure, (x) => tensors.get(x as SymbolicTensor) ?? x)
    for (const call of network.calls) {
      if (call.results.every((result) => tensors.has(result))) continue
      const layer = this.layerOf(call.layer, custom)
      const [x, options] = [mapped(call.inputs) as Structure<SymbolicTensor>, mapped(call.options) as CallOptions]
      const results = leavesOf(this.call(layer, x, options, custom)) as SymbolicTensor[]
      call.results.forEach((result, index) => tensors.set(result, results[index]!))
    }
    const Class = classOf(model, Model) as typeof Model
    return new Class({
      ...optionsOf(model),
      inputs: inputs as Structure<SymbolicTensor>,
      outputs: mapped(model.outputs) as Structure<SymbolicTensor>,
    }) as Model
  }

  private call(layer: BaseLayer, x: Structure<SymbolicTensor>, options: CallOptions, custom: boolean): unknown {
    if (!isLayer(layer)) return callSymbolically(layer, x, options)
    const { callFunction } = this.options
    return custom && callFunction ? callFunction(layer, x, options) : layer.callAll(x, options)
  }

  private layerOf(layer: BaseLayer, custom: boolean): BaseLayer {
    const known = this.made.get(layer)
    if (known) return known
    const { cloneFunction, recursive } = this.options
    const nested = layer instanceof Model
    const clone =
      custom && cloneFunction && isLayer(layer) && !(nested && recursive)
        ? this.given(cloneFunction(layer), layer)
        : nested
          ? this.modelOf(layer, false)
          : this.instance(layer)
    this.made.set(layer, clone)
    return clone
  }

  private given(made: unknown, layer: BaseLayer): BaseLayer {
    if (made instanceof BaseLayer) return made
    throw new ConfigError(`cloneModel: cloneFunction returned no layer for the ${layer.type}. Return a layer for each.`)
  }

  /** Another instance of a layer with the same options, in which layers are cloned. */
  private instance(layer: BaseLayer): BaseLayer {
    const config = layer.onHost ? learnedConfig(layer) : (this.configOf(layer.config) as object)
    const Class = layer.constructor as new (config: object) => BaseLayer
    const clone = new Class(config)
    if (clone.trainable !== layer.trainable) clone.trainable = layer.trainable
    return clone
  }

  private configOf(value: unknown): unknown {
    if (value instanceof BaseLayer) return this.layerOf(value, false)
    if (Array.isArray(value)) return value.map((entry) => this.configOf(entry))
    if (!isPlainObject(value)) return value
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, this.configOf(entry)]))
  }
}

/** The options of a layer on the host with what it has learned, such as a vocabulary, as its spec has them. */
function learnedConfig(layer: BaseLayer): object {
  const { layer: _, sharedId: __, ...spec } = layer.toSpec() as Record<string, unknown>
  const given = layer.config as Record<string, unknown>
  return Object.fromEntries(Object.entries(spec).map(([key, value]) => [key, key in given ? given[key] : value]))
}

/** The class of which the clone of a model is an instance: a class with a registry, or the base class. */
function classOf(model: Model, base: typeof Model | typeof Sequential): unknown {
  let found: unknown = model.constructor
  while (found !== base && !Object.hasOwn(found as object, 'registry')) found = Object.getPrototypeOf(found)
  return found
}

function optionsOf({ config }: Model): ModelConfig {
  const { inputs: _, outputs: __, ...options } = config as ModelConfig & { inputs?: unknown; outputs?: unknown }
  return options
}

function newInput(x: SymbolicTensor, network: Network): SymbolicTensor {
  const { layer } = callOf(x)
  const name = network.nameOf(layer)
  return layer instanceof Input
    ? input({ ...layer.config, name })
    : input({ shape: x.shape.slice(1), dtype: x.dtype, name })
}

/** The input layer of a tensor, or one for its shape. */
function entryLayer(x: SymbolicTensor): Input {
  const { layer } = callOf(x)
  return layer instanceof Input ? layer : new Input({ shape: x.shape.slice(1), dtype: x.dtype })
}
