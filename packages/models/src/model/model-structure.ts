import {
  type BaseLayer,
  build,
  type CallOptions,
  ConfigError,
  callerOf,
  defaultSeed,
  describeValue,
  type HostValues,
  holdLayers,
  type InputShape,
  isHostValues,
  isPlainObject,
  Layer,
  type LayerConfig,
  type LayerOptions,
  leavesOf,
  mapLeaves,
  mapNamed,
  mapShapes,
  masksIn,
  type Named,
  Rng,
  type Scope,
  type Structure,
  takeRows,
  type ValueCallOptions,
  wholeNumbers,
  withMask,
} from '@gradus/core'
import {
  type Backend,
  type FloatDType,
  type SymbolicDType,
  type SymbolicShape,
  SymbolicTensor,
  Tensor,
  type Tree,
  treeLeaves,
} from '@gradus/tensor'
import { backendOf, currentInterpreter, eager, keepTensors } from '@gradus/tensor/internals'
import { type DataShapes, type Form, formOf, inForm, listIn, type Ports } from '../input/index.ts'
import { type HostFront, Network } from '../network/index.ts'
import { networkPorts, subclassPorts } from './model-ports.ts'
import { moveVariablesNow } from './placement.ts'

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

/** The layers and weights of a model: a graph of layers, or a subclass with an `apply` method. */
export abstract class ModelStructure<C extends object = object> extends Layer<C> {
  static override readonly callFields = { prepared: 'boolean' } as const
  static override readonly callDefaults = {}
  private graph: Network | undefined
  private inputForm: Form = 0
  private outputForm: Form = 0
  private currentPorts: Ports | undefined
  /** The signature of the data that `currentPorts` were found from. */
  private portsSignature = ''
  /** The ports for which the weights were built. */
  private builtPorts: Ports | undefined
  private stream: Rng | undefined
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

  /** Whether the model has its weights, or knows its input shapes, with which they are made when they are first needed. */
  override get built(): boolean {
    return this.graph !== undefined || this.knownShape !== undefined || super.built
  }

  protected override makeWeights(): void {
    this.build()
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

  /** False: a model does not cast its inputs, its layers do. */
  override get autocast(): boolean {
    return false
  }

  override get computeDType(): FloatDType {
    return this.dtype
  }

  override get supportsMasking(): boolean {
    return true
  }

  override get takesStrings(): boolean {
    return true
  }

  /** Undefined: outputs keep the masks that the layers of the model gave them. */
  override computeMask(): undefined {
    return undefined
  }

  /** The layers at the start of a functional model that run on the host. */
  get front(): HostFront | undefined {
    return this.graph?.front
  }

  override prepare(inputs: Named<HostValues>): Named<HostValues> {
    return this.graph && !this.graph.front.empty
      ? this.graph.front.prepare(listIn(this.inputForm, inputs))
      : super.prepare(inputs)
  }

  apply(inputs: Tree, scope: Scope<this>): Tree {
    if (!this.graph) {
      throw new ConfigError(
        `${this.type} has neither inputs and outputs nor an apply method. Use new Model({ inputs, outputs }), or write apply(x, scope) in the class.`,
      )
    }
    const { prepared = false } = scope.options as { readonly prepared?: boolean }
    const given = prepared ? (inputs as readonly Tensor[]) : this.maskedInputs(inputs, scope)
    return inForm(this.outputForm, this.graph.run(given, scope, prepared)) as Tree
  }

  /** Inputs and outputs; undefined while they are not known. */
  get ports(): Ports | undefined {
    return this.currentPorts
  }

  /** Returns the inputs and outputs for data of these shapes and dtypes. Builds the weights that are missing. */
  portsFor(data: DataShapes): Ports {
    this.prepareGraph(data)
    if (!this.graph) {
      const signature = JSON.stringify(data, dtypesAndRanks)
      if (signature !== this.portsSignature) {
        const infersOutputs = this.apply !== ModelStructure.prototype.apply
        this.currentPorts = subclassPorts(this, data, preparedSample(this, data.x), infersOutputs)
        this.portsSignature = signature
      }
    }
    if (this.builtPorts !== this.currentPorts) this.buildWeights()
    return this.currentPorts!
  }

  /**
   * Builds the weights; their initial values follow from the seed. `inputShape` (batch first; for several inputs shapes in
   * their structure) is needed if the model does not know its input shapes yet. Throws `ConfigError` if they are still unknown.
   */
  override build(inputShape?: Structure<SymbolicShape>): this {
    if (inputShape === undefined) {
      this.prepareGraph()
      this.buildWeights()
      return this
    }
    if (!Array.isArray(inputShape) && !isPlainObject(inputShape)) {
      throw new ConfigError(
        `build takes the shape of the input with the batch, as in build([null, 3]), and got ${describeValue(inputShape)}.`,
      )
    }
    const shaped = (shape: SymbolicShape) => ({ shape, dtype: this.inputDType })
    this.portsFor({ x: mapShapes(inputShape, shaped) as DataShapes['x'] })
    return this
  }

  /** Builds the weights of a subclassed model from the input shapes of its layers, by path, as stored in model files. */
  buildFrom(inputShapes: Readonly<Record<string, InputShape>>): void {
    build(this, () => this.rng.fork('weights'), inputShapes)
  }

  override callAll<T = SymbolicTensor[]>(inputs: Structure<SymbolicTensor>, options?: CallOptions): T
  override callAll<T = Tensor[]>(inputs: Tree, options?: ValueCallOptions): T
  override callAll(inputs: unknown, options: ValueCallOptions = {}): unknown {
    const leaves = callerOf(this) ? [] : leavesOf(inputs)
    if (leaves.length > 0) this.prepareGraph({ x: inputs as DataShapes['x'] })
    if (leaves.some((leaf) => leaf instanceof Tensor)) this.portsFor({ x: inputs as DataShapes['x'] })
    const value = leaves.find((leaf) => leaf instanceof Tensor && leaf.concrete) as Tensor | undefined
    if (value && currentInterpreter() === eager) this.placeOn(backendOf(value))
    return super.callAll(inputs as Tree, options)
  }

  /** The backend of the random stream; undefined while there is none. */
  protected get streamBackend(): Backend | undefined {
    return this.stream && backendOf(this.stream.key)
  }

  /** Drops the random stream. The next one, from the same seed, is on the backend that is current then. */
  protected forgetStream(): void {
    this.stream?.key.dispose()
    this.stream = undefined
  }

  /** Prepares the weights for a call with tensors of a backend. */
  protected placeOn(backend: Backend): void {
    moveVariablesNow(this, backend)
  }

  protected get rng(): Rng {
    if (!this.stream) {
      this.stream = new Rng(this.seed)
      keepTensors([this.stream.key])
    }
    return this.stream
  }

  /** Builds the graph if the input shapes are known, from the layers or from `_data`. */
  protected prepareGraph(_data?: DataShapes): void {}

  private buildWeights(): void {
    build(this, () => this.rng.fork('weights'))
    this.builtPorts = this.currentPorts
  }

  private maskedInputs(inputs: Tree, scope: Scope<this>): Tensor[] {
    const masks = masksIn(scope.mask)
    // as in Keras, a model with one input in a list takes the tensor alone too, and the other way round
    const leaves = this.graph?.inputs.length === 1 ? treeLeaves(inputs) : []
    const list = leaves.length === 1 ? leaves : listIn<Tensor>(this.inputForm, inputs)
    return list.map((x, index) => {
      const dtype = this.graph?.inputs[index]?.dtype
      const given = dtype === 'int32' || dtype === 'uint32' ? wholeNumbers(x, dtype) : x
      return withMask(given, masks[index])
    })
  }

  private get graphPorts(): Ports {
    this.requireNetwork()
    return this.currentPorts!
  }

  private requireNetwork(): Network {
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

/** The first sample after the host layers of the model; `x` itself if the model has none. */
function preparedSample(model: BaseLayer, x: DataShapes['x']): unknown {
  if (model.prepare === Layer.prototype.prepare || model.prepare === ModelStructure.prototype.prepare) return x
  const values = x as Named<HostValues>
  if (!(isHostValues(values) || Object.values(values).every(isHostValues))) return x
  return model.prepare(mapNamed(values, (array) => takeRows(array, { start: 0, end: 1 })))
}

/**
 * Replaces the data in a list or an object by its dtype and rank, on which the ports of a subclassed model depend. A replacer of
 * JSON, which replaces data one level up, because JSON reads the values of a tensor before it asks for a replacement.
 */
function dtypesAndRanks(_: string, value: unknown): unknown {
  if (Array.isArray(value)) return value.map(dtypeAndRank)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, dtypeAndRank(entry)]))
}

function dtypeAndRank(value: unknown): unknown {
  if (value === null || typeof value !== 'object' || !('shape' in value && 'dtype' in value)) return value
  return `${value.dtype as string}${(value.shape as readonly number[]).length}`
}
