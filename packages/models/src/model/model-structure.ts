import {
  type BaseLayer,
  build,
  type CallOptions,
  ConfigError,
  callerOf,
  describeValue,
  type HostValues,
  type InputShape,
  isHostValues,
  isPlainObject,
  Layer,
  leavesOf,
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
  type SymbolicShape,
  type SymbolicTensor,
  Tensor,
  type Tree,
  treeLeaves,
} from '@gradus/tensor'
import { backendOf, currentInterpreter, eager, keepTensors } from '@gradus/tensor/internals'
import { type DataShapes, inForm, listIn, type Ports } from '../input/index.ts'
import type { HostFront } from '../network/index.ts'
import { ModelGraph } from './model-graph.ts'
import { subclassPorts } from './model-ports.ts'
import { moveVariablesNow } from './placement.ts'

/** The weights of a model and its calls: a graph of layers, or a subclass with an `apply` method. */
export abstract class ModelStructure<C extends object = object> extends ModelGraph<C> {
  static override readonly callFields = { prepared: 'boolean' } as const
  static override readonly callDefaults = {}
  /** The signature of the data that `currentPorts` were found from. */
  private portsSignature = ''
  /** The ports for which the weights were built. */
  private builtPorts: Ports | undefined
  private stream: Rng | undefined

  /** Whether the model has its weights, or knows its input shapes, with which they are made when they are first needed. */
  override get built(): boolean {
    return this.graph !== undefined || this.knownShape !== undefined || super.built
  }

  protected override makeWeights(): void {
    this.build()
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
