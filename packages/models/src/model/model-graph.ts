import {
  type BaseLayer,
  ConfigError,
  defaultSeed,
  describeValue,
  holdLayers,
  isPlainObject,
  Layer,
  type LayerConfig,
  type LayerOptions,
  leavesOf,
  mapLeaves,
  type Structure,
} from '@gradus/core'
import { type SymbolicDType, type SymbolicShape, SymbolicTensor } from '@gradus/tensor'
import { type DataShapes, type Form, formOf, inForm, listIn, type Ports } from '../input/index.ts'
import { Network } from '../network/index.ts'
import { networkPorts } from './model-ports.ts'

/** Options of all models. */
export interface ModelConfig extends LayerConfig {
  /** Seed of the initial weights, of shuffling and of dropout (default random). */
  readonly seed?: number
}

/** Options of a functional model: symbolic inputs and outputs, alone, in lists or by name. */
export interface FunctionalConfig extends ModelConfig {
  readonly inputs: Structure<SymbolicTensor>
  readonly outputs: Structure<SymbolicTensor>
}

/** The graph of layers that a functional model is, with its ends and its layers by name. A subclassed model has no graph. */
export abstract class ModelGraph<C extends object = object> extends Layer<C> {
  protected graph: Network | undefined
  protected inputForm: Form = 0
  protected outputForm: Form = 0
  protected currentPorts: Ports | undefined
  protected seed: number

  constructor(config: LayerOptions<C> & Partial<FunctionalConfig>) {
    super(...([config] as never))
    this.seed = config.seed ?? defaultSeed()
    if (!Number.isSafeInteger(this.seed))
      throw new ConfigError(`${this.type}: 'seed' must be a whole number and is ${describeValue(this.seed)}.`)
    const { inputs, outputs } = config
    if ((inputs === undefined) !== (outputs === undefined)) {
      throw new ConfigError(
        `A functional model needs inputs and outputs, and ${inputs === undefined ? 'inputs' : 'outputs'} is missing: new Model({ inputs: x, outputs: y }).`,
      )
    }
    if (inputs !== undefined && outputs !== undefined) this.connect(inputs, outputs)
  }

  abstract override build(inputShape?: Structure<SymbolicShape>): this

  /** Makes this model the graph of layers between symbolic inputs and outputs. */
  protected connect(inputs: Structure<SymbolicTensor>, outputs: Structure<SymbolicTensor>): void {
    const isSymbolic = (value: unknown) => value instanceof SymbolicTensor
    this.inputForm = formOf(inputs, isSymbolic)
    this.outputForm = formOf(outputs, isSymbolic)
    this.graph = new Network(listIn(this.inputForm, inputs), listIn(this.outputForm, outputs))
    this.currentPorts = networkPorts(this.graph, this.inputForm, this.outputForm)
    holdLayers(
      Object.entries(this.graph.named).map(([name, layer]) => [layer, name]),
      () => this.build(),
    )
  }

  /** Removes the graph. */
  protected disconnect(): void {
    this.graph = undefined
    this.currentPorts = undefined
  }

  /** The graph of calls between inputs and outputs; undefined for a subclassed model. */
  get network(): Network | undefined {
    return this.graph
  }

  override get type(): string {
    const { type, name } = this.constructor as { readonly type?: string; readonly name: string }
    return type ?? (this.graph ? 'Functional' : name)
  }

  /** The shape of one sample without the batch; undefined for a model that does not know it, or has several inputs. */
  get knownShape(): SymbolicShape | undefined {
    const [input, ...others] = this.graph?.inputs ?? []
    return others.length === 0 ? input?.shape.slice(1) : undefined
  }

  override get inputDType(): SymbolicDType {
    return this.graph?.inputs[0]?.dtype ?? super.inputDType
  }

  /** The layers, in Keras's order. */
  get layers(): readonly Layer[] {
    return (this.graph?.layers ?? Object.values(this.sublayers())) as readonly Layer[]
  }

  /** The symbolic inputs, in the structure in which the model takes them. Throws `ConfigError` for a subclassed model. */
  get inputs(): Structure<SymbolicTensor> {
    return inForm(this.inputForm, this.requireNetwork().inputs)
  }

  /** The symbolic outputs, in the structure in which the model returns them. Throws `ConfigError` for a subclassed model. */
  get outputs(): Structure<SymbolicTensor> {
    return inForm(this.outputForm, this.requireNetwork().outputs)
  }

  /** The shapes of the inputs, batch first, in their structure. Throws `ConfigError` for a subclassed model. */
  get inputShape(): Structure<SymbolicShape> {
    return mapLeaves(this.inputs, ({ shape }) => shape) as Structure<SymbolicShape>
  }

  /** The shapes of the outputs, batch first, in their structure. Throws `ConfigError` for a subclassed model. */
  get outputShape(): Structure<SymbolicShape> {
    return mapLeaves(this.outputs, ({ shape }) => shape) as Structure<SymbolicShape>
  }

  /** The names of the inputs, by which data may be given. Throws `ConfigError` for a subclassed model. */
  get inputNames(): string[] {
    return this.graphPorts.inputs.map(({ name }) => name)
  }

  /** The names of the outputs, by which targets, losses and metrics may be given. Throws `ConfigError` for a subclassed model. */
  get outputNames(): string[] {
    return this.graphPorts.outputs.map(({ name }) => name)
  }

  /** The input of a model with one. Throws `ConfigError` for a subclassed model and `TypeError` for several inputs. */
  override get input(): SymbolicTensor {
    return onlyEnd(this, 'inputs', this.inputs)
  }

  /** The output of a model with one. Throws `ConfigError` for a subclassed model and `TypeError` for several outputs. */
  override get output(): SymbolicTensor {
    return onlyEnd(this, 'outputs', this.outputs)
  }

  /**
   * Returns the layer of that name, or at that index of `layers`, from the end if it is negative: `getLayer('hidden')`,
   * `getLayer({ index: -1 })`. Throws `ConfigError` if there is none.
   *
   * @example
   * import { Dense } from '@gradus/layers'
   * import { Sequential } from '@gradus/models'
   * const model = new Sequential([new Dense({ units: 2, name: 'hidden' }), new Dense({ units: 1 })])
   * model.getLayer('hidden') === model.getLayer({ index: 0 }) // => true
   */
  getLayer(key: string | number | { readonly name: string } | { readonly index: number }): Layer {
    if (this.knownShape) this.prepareGraph()
    const { name, index } = (typeof key === 'number' ? { index: key } : isPlainObject(key) ? key : { name: key }) as {
      readonly name?: unknown
      readonly index?: unknown
    }
    const named = Object.entries(this.sublayers())
    // in a subclass the name of the property, or the one in the options of the layer
    const isAsked = ([key, layer]: (typeof named)[number]) =>
      key === name || (layer.config as LayerConfig).name === name
    const found = typeof index === 'number' ? this.layers.at(index) : named.find(isAsked)?.[1]
    if (found) return found as Layer
    const asked =
      typeof index === 'number'
        ? `at ${index}`
        : `called ${typeof name === 'string' ? `'${name}'` : describeValue(key)}`
    throw new ConfigError(
      `The model has no layer ${asked}. Its layers: ${named.map(([key, layer]) => (layer.config as LayerConfig).name ?? key).join(', ')}.`,
    )
  }

  /** Returns the symbolic output of a layer in this model; of its first call, if there are several. Throws `ConfigError`. */
  outputOf(layer: BaseLayer | string): Structure<SymbolicTensor> {
    const network = this.requireNetwork()
    const found = typeof layer === 'string' ? this.getLayer(layer) : layer
    const [call] = network.callsOf(found)
    if (call) return call.outputs
    throw new ConfigError(`The ${found.type} is not among the layers of the model.`)
  }

  override sublayers(): Readonly<Record<string, BaseLayer>> {
    return this.graph?.named ?? super.sublayers()
  }

  override get defaultName(): string {
    return super.defaultName.replace(/^.*\//, '')
  }

  /** Builds the graph if the input shapes are known, from the layers or from `_data`. */
  protected prepareGraph(_data?: DataShapes): void {}

  protected get graphPorts(): Ports {
    this.requireNetwork()
    return this.currentPorts!
  }

  protected requireNetwork(): Network {
    this.prepareGraph()
    if (this.graph) return this.graph
    throw new ConfigError(
      `${this.type} is a subclassed model and not a graph of layers, so it has no symbolic inputs and outputs.`,
    )
  }
}

function onlyEnd(
  { type }: BaseLayer,
  ends: 'inputs' | 'outputs',
  structure: Structure<SymbolicTensor>,
): SymbolicTensor {
  const leaves = leavesOf(structure)
  if (leaves.length === 1) return leaves[0] as SymbolicTensor
  throw new TypeError(`${type} has ${leaves.length} ${ends}; use model.${ends}, which are all of them.`)
}
