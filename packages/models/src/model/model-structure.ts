import {
  type BaseLayer,
  build,
  type CallOptions,
  ConfigError,
  type HostValues,
  type InputShape,
  isHostValues,
  Layer,
  type LayerConfig,
  type LayerOptions,
  leavesOf,
  mapNamed,
  masksIn,
  type Named,
  Rng,
  type Scope,
  type Structure,
  takeRows,
  type ValueCallOptions,
  withMask,
} from '@gradus/core'
import { type FloatDType, type SymbolicShape, SymbolicTensor, Tensor, type Tree } from '@gradus/tensor'
import { keepTensors } from '@gradus/tensor/internals'
import { type DataShapes, type Form, formOf, inForm, listIn, type Ports } from '../input/index.ts'
import { type HostFront, Network } from '../network/index.ts'
import { codePorts, networkPorts } from './model-ports.ts'

export interface ModelConfig extends LayerConfig {
  /** Decides first weights, shuffling and dropout. Without one every model differs. */
  readonly seed?: number
}

/** A model as a graph of layers between symbolic tensors, alone, in lists or by name. */
export interface FunctionalConfig extends ModelConfig {
  readonly inputs: Structure<SymbolicTensor>
  readonly outputs: Structure<SymbolicTensor>
}

/** The layers of a model, between inputs and outputs or called by code, and their weights. */
export abstract class ModelStructure<C extends object = object> extends Layer<C> {
  static override readonly callFields = { prepared: 'boolean' } as const
  private graph: Network | undefined
  private inputForm: Form = 0
  private outputForm: Form = 0
  private known: Ports | undefined
  private knownFor = ''
  /** The ports that weights were made for. */
  private made: Ports | undefined
  private stream: Rng | undefined
  protected readonly seed: number

  constructor(config: LayerOptions<C> & Partial<FunctionalConfig>) {
    super(...([config] as never))
    this.seed = config.seed ?? Math.floor(Math.random() * 2 ** 32)
    const { inputs, outputs } = config
    if (inputs !== undefined && outputs !== undefined) this.connect(inputs, outputs)
  }

  /** Makes the model the graph of layers between symbolic tensors. */
  protected connect(inputs: Structure<SymbolicTensor>, outputs: Structure<SymbolicTensor>): void {
    const isSymbolic = (value: unknown) => value instanceof SymbolicTensor
    this.inputForm = formOf(inputs, isSymbolic)
    this.outputForm = formOf(outputs, isSymbolic)
    this.graph = new Network(listIn(this.inputForm, inputs), listIn(this.outputForm, outputs))
    this.known = networkPorts(this.graph, this.inputForm, this.outputForm)
  }

  protected disconnect(): void {
    this.graph = undefined
    this.known = undefined
  }

  /** The calls between inputs and outputs; undefined for a model that is code. */
  get network(): Network | undefined {
    return this.graph
  }

  override get type(): string {
    const { type, name } = this.constructor as { readonly type?: string; readonly name: string }
    return type ?? (this.graph ? 'Functional' : name)
  }

  get name(): string {
    return (this.config as LayerConfig).name ?? this.defaultName
  }

  /** The layers in the order in which they work. */
  get layers(): readonly BaseLayer[] {
    return this.graph?.layers ?? Object.values(this.sublayers())
  }

  /** The symbolic tensors at which the model starts, in the structure in which it takes them. */
  get inputs(): Structure<SymbolicTensor> {
    return inForm(this.inputForm, this.requireNetwork().inputs)
  }

  get outputs(): Structure<SymbolicTensor> {
    return inForm(this.outputForm, this.requireNetwork().outputs)
  }

  /** The layer of that name, or at that place among `layers`. Throws `ConfigError` where there is none. */
  getLayer(which: string | number): Layer {
    this.prepareGraph()
    const found = typeof which === 'number' ? this.layers[which] : this.sublayers()[which]
    if (found) return found as Layer
    throw new ConfigError(
      `The model has no layer ${typeof which === 'number' ? `at ${which}` : `called '${which}'`}. Its layers: ${Object.keys(this.sublayers()).join(', ')}.`,
    )
  }

  /** What a layer gives within this model; of a layer that is called several times the first. */
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

  /** A model changes no dtypes: its layers do. */
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

  /** Outputs have the masks that the model's layers gave them. */
  override computeMask(): undefined {
    return undefined
  }

  /** The part that runs on the host. */
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
        `${this.type} has neither inputs and outputs nor code. Give new Model({ inputs, outputs }), or write apply(x, scope) in the class.`,
      )
    }
    const { prepared = false } = scope.options as { readonly prepared?: boolean }
    const given = prepared ? (inputs as readonly Tensor[]) : this.maskedInputs(inputs, scope)
    return inForm(this.outputForm, this.graph.run(given, scope, prepared)) as Tree
  }

  /** Inputs and outputs, where they are known before data is seen. */
  get ports(): Ports | undefined {
    return this.known
  }

  /** Inputs and outputs for data like this, of which shapes and dtypes matter; the model makes weights that it lacks. */
  meet(data: DataShapes): Ports {
    this.prepareGraph(data)
    if (!this.graph) {
      const like = JSON.stringify(data, (_, value: unknown) => signatureOf(value))
      if (like !== this.knownFor) {
        const hasOutputs = this.apply !== ModelStructure.prototype.apply
        this.known = codePorts(this, data, preparedSample(this, data.x), hasOutputs)
        this.knownFor = like
      }
    }
    if (this.made !== this.known) this.makeWeights()
    return this.known!
  }

  /**
   * Makes the weights now, for samples of `inputShape` (batch first; a list of shapes for several inputs) where the model does
   * not know its inputs yet. They come from the seed.
   */
  build(inputShape?: SymbolicShape | readonly SymbolicShape[]): this {
    if (inputShape === undefined) {
      this.prepareGraph()
      this.makeWeights()
      return this
    }
    const shaped = (shape: SymbolicShape) => ({ shape, dtype: this.inputDType })
    const several = Array.isArray(inputShape[0])
    this.meet({
      x: several ? (inputShape as readonly SymbolicShape[]).map(shaped) : shaped(inputShape as SymbolicShape),
    })
    return this
  }

  /** Makes the weights of a model that is code from the shapes of its layers' inputs, as its file keeps them. */
  buildFrom(inputShapes: Readonly<Record<string, InputShape>>): void {
    build(this, () => this.rng.fork('weights'), inputShapes)
  }

  override callAll<T = SymbolicTensor[]>(inputs: Structure<SymbolicTensor>, options?: CallOptions): T
  override callAll<T = Tensor[]>(inputs: Tree, options?: ValueCallOptions): T
  override callAll(inputs: unknown, options: ValueCallOptions = {}): unknown {
    const leaves = leavesOf(inputs)
    if (leaves.length > 0) this.prepareGraph({ x: inputs as DataShapes['x'] })
    if (leaves.some((leaf) => leaf instanceof Tensor)) this.meet({ x: inputs as DataShapes['x'] })
    return super.callAll(inputs as Tree, options)
  }

  protected get rng(): Rng {
    if (!this.stream) {
      this.stream = new Rng(this.seed)
      keepTensors([this.stream.key])
    }
    return this.stream
  }

  /** Makes the graph, where it can be made now; from the shapes of data where the model does not know them itself. */
  protected prepareGraph(_data?: DataShapes): void {}

  private makeWeights(): void {
    build(this, () => this.rng.fork('weights'))
    this.made = this.known
  }

  private maskedInputs(inputs: Tree, scope: Scope<this>): Tensor[] {
    const masks = masksIn(scope.mask)
    return listIn<Tensor>(this.inputForm, inputs).map((x, index) => withMask(x, masks[index]))
  }

  private requireNetwork(): Network {
    this.prepareGraph()
    if (this.graph) return this.graph
    throw new ConfigError(
      `${this.type} is code and not a graph of layers between symbolic inputs and outputs, so it has no inputs, outputs and outputs of layers to ask for.`,
    )
  }
}

/** What the layers on the host make of a sample of data; the data itself where they do nothing. */
function preparedSample(model: BaseLayer, x: DataShapes['x']): unknown {
  if (model.prepare === Layer.prototype.prepare || model.prepare === ModelStructure.prototype.prepare) return x
  const values = x as Named<HostValues>
  if (!(isHostValues(values) || Object.values(values).every(isHostValues))) return x
  return model.prepare(mapNamed(values, (array) => takeRows(array, { start: 0, end: 1 })))
}

/** What matters of data for `meet`, as text. */
function signatureOf(value: unknown): unknown {
  if (value === null || typeof value !== 'object' || !('shape' in value && 'dtype' in value)) return value
  return `${value.dtype as string}${(value.shape as readonly number[]).length}`
}
