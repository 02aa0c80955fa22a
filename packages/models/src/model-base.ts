import type { History } from '@gradus/callbacks'
import {
  type ArrayData,
  type Batch,
  type CallbackHooks,
  type CallbackModel,
  ConfigError,
  type Dataset,
  isDataset,
  Layer,
  type LayerConfig,
  type Logs,
  type ModelSpec,
  type Named,
  type Optimizer,
  Rng,
  type Scope,
  toNamedArrays,
  type WeightValue,
} from '@gradus/core'
import type { FileSource, FileTarget } from '@gradus/io'
import { type FloatDType, inferShapes, type Shape, scope, type Tensor, type Tree, treeLeaves } from '@gradus/tensor'
import type { ClassWeight } from './batches.ts'
import { Hooks, progressLoggers, type Verbose, verbosity } from './callbacks.ts'
import type { CompileOptions, KnownNames, NoNames } from './compile-options.ts'
import { Evaluation } from './evaluate.ts'
import {
  compileSpec,
  decodeModel,
  encodeModel,
  type ModelFile,
  readModelFile,
  readOptimizer,
  writeModelFile,
} from './files.ts'
import { type FitOptions, fit } from './fit.ts'
import type { ByLayer, Network } from './network.ts'
import { predict } from './predict.ts'
import { batchesIn, openSteps } from './resident-source.ts'
import { type NameResolver, resolveOption } from './resolve.ts'
import { openSource, type SampleWeightData } from './sources.ts'
import { formatSummary, type SummaryOptions } from './summary.ts'
import { Training } from './training.ts'
import { buildVariables, initTrees, listVariables, readVariables, type Variable } from './variables.ts'
import { readWeights, type WeightLike, writeWeights } from './weights.ts'

export interface ModelConfig extends LayerConfig {
  /** Decides first weights, shuffling and dropout. Without one every model differs. */
  readonly seed?: number
}

export interface EvaluateOptions {
  readonly batchSize?: number
  readonly verbose?: Verbose
  readonly sampleWeight?: SampleWeightData
  readonly steps?: number
  readonly callbacks?: readonly CallbackHooks[]
}

export interface PredictOptions {
  readonly batchSize?: number
  readonly verbose?: Verbose
  readonly steps?: number
  readonly callbacks?: readonly CallbackHooks[]
}

export interface BatchOptions {
  readonly sampleWeight?: SampleWeightData
  readonly classWeight?: ClassWeight
}

/**
 * What `Sequential` and `Model` have in common: they are trained and used by `compile`, `fit`, `evaluate` and `predict`,
 * as in Keras, and may be layers of other models. `N` are the names that `compile` takes for optimizers, losses and metrics.
 */
export abstract class ModelBase<N extends KnownNames = NoNames> extends Layer implements CallbackModel {
  stopTraining = false
  private readonly seed: number
  private stream: Rng | undefined
  private training: Training | undefined
  private executionSteps = 1

  constructor(config: ModelConfig) {
    super(config)
    this.seed = config.seed ?? Math.floor(Math.random() * 2 ** 32)
  }

  /** The layers in the order in which they work. */
  abstract readonly layers: readonly Layer[]
  /** The calls between inputs and outputs. Throws where the input shape is not known yet. */
  abstract readonly network: Network
  /** The model as plain data, without weights. */
  abstract toSpec(): ModelSpec

  /** Whether the shape of the input is known. */
  protected abstract readonly shaped: boolean
  /** Makes the network for inputs of these shapes, where it is not fixed yet. */
  protected abstract shapeTo(inputs: readonly AnyShape[]): void

  /** Where `compile` looks names up when it is not given a registry. */
  protected get registry(): NameResolver | undefined {
    return undefined
  }

  get name(): string {
    return (this.config as ModelConfig).name ?? this.type.toLowerCase()
  }

  /** As a layer of another model it changes no dtypes: its own layers do. */
  override get computeDType(): FloatDType {
    return this.dtype
  }

  override get trainable(): boolean {
    return super.trainable
  }

  /** Sets all layers of the model. */
  override set trainable(value: boolean) {
    super.trainable = value
    for (const layer of this.layers) layer.trainable = value
  }

  override get supportsMasking(): boolean {
    return true
  }

  override init(rng: Rng, inputShape: Shape | readonly Shape[]): Tree {
    this.shapeTo(shapesIn(inputShape))
    return initTrees(this.network, rng).params
  }

  override initState(inputShape: Shape | readonly Shape[]): Tree {
    this.shapeTo(shapesIn(inputShape))
    return inferShapes(() => initTrees(this.network, new Rng(0)).state)
  }

  apply(inputs: Tensor | readonly Tensor[], scope: Scope<this>): readonly [readonly Tensor[], Tree] {
    const list = (Array.isArray(inputs) ? inputs : [inputs]) as readonly Tensor[]
    const masks = (Array.isArray(scope.mask) ? scope.mask : [scope.mask]) as readonly (Tensor | undefined)[]
    const result = this.network.run(
      list,
      { ...scope, params: scope.params as ByLayer, state: scope.state as ByLayer },
      masks,
    )
    return [result.outputs, result.state]
  }

  /** Makes the weights for inputs of `inputShape` (batch first), where the model does not know them yet. */
  build(inputShape?: AnyShape | readonly AnyShape[]): this {
    if (inputShape) this.shapeTo(shapesIn(inputShape))
    const { network, rng } = this
    scope(() => {
      buildVariables(network, rng.fork('weights'))
      return readVariables(network)
    })
    return this
  }

  /**
   * Chooses optimizer, loss and metrics. Must be called before `fit` and `evaluate`, and again after `trainable` of a
   * layer was changed. The optimizer starts afresh; weights stay.
   */
  compile(options: CompileOptions<N>): void {
    const {
      optimizer,
      registry = this.registry,
      jit = true,
      stepsPerExecution = 1,
      ...objective
    } = options as CompileOptions
    this.executionSteps = stepsPerExecution
    const resolved = resolveOption('optimizer', optimizer, registry, 'compile: optimizer') as Optimizer
    this.setup = { ...objective, optimizer: resolved, registry, jit }
    this.training = undefined
  }

  private setup: Training['setup'] | undefined

  /** The optimizer given to `compile`. */
  get optimizer(): Optimizer | undefined {
    return this.setup?.optimizer
  }

  get stepsPerExecution(): number {
    return this.executionSteps
  }

  /**
   * Trains for a number of epochs, each a pass over all samples in batches, and returns the figures of every epoch.
   *
   * `x` and `y` are nested arrays, typed arrays, tensors or host arrays, by position or by name where there are several;
   * or `x` is a dataset, which brings its targets. Wrong shapes, labels that no class has and values that are not finite
   * are errors before anything is trained. NaN in the loss ends with a `DivergenceError` that names step and layer.
   *
   * Arrays stay on the device meanwhile, up to 1 GiB of them, and without callbacks that follow every batch many steps run
   * at once.
   */
  fit(x: Dataset, options?: FitOptions): Promise<History>
  fit(x: Named<ArrayData>, y: Named<ArrayData>, options?: FitOptions): Promise<History>
  async fit(x: Named<ArrayData> | Dataset, y?: Named<ArrayData> | FitOptions, options?: FitOptions): Promise<History> {
    const [targets, given] = isDataset(x) ? [undefined, y as FitOptions | undefined] : [y as Named<ArrayData>, options]
    return fit(await this.ready('fit', x), this, x, targets, given ?? {})
  }

  /** Loss and metrics on samples, by name. Keras's `evaluate(..., return_dict=True)`. */
  async evaluate(x: Named<ArrayData> | Dataset, y?: Named<ArrayData>, options: EvaluateOptions = {}): Promise<Logs> {
    const training = await this.ready('evaluate', x)
    const opened = await openSource(training, { x, y, sampleWeight: options.sampleWeight })
    const first = opened.samples ?? opened.first
    training.check(first)
    const batching = { batchSize: options.batchSize ?? 32 }
    const hooks = this.hooks(options, options.steps ?? batchesIn(opened, batching))
    await hooks.call('onTestBegin')
    const source = openSteps(opened, batching)
    try {
      const logs = await new Evaluation(training, training.steppers(first), source).run(hooks, options.steps)
      await hooks.call('onTestEnd', { logs })
      return logs
    } finally {
      source.close()
    }
  }

  /** What the model gives for samples. For a model with several outputs use `predictAll`. */
  async predict(x: Named<ArrayData> | Dataset, options: PredictOptions = {}): Promise<Tensor> {
    const outputs = await this.predictAll(x, options)
    if (outputs.length === 1) return outputs[0]!
    throw new TypeError(`The model has ${outputs.length} outputs; use predictAll(...), which gives all of them.`)
  }

  /** Like `predict`, for models with several outputs. */
  async predictAll(x: Named<ArrayData> | Dataset, options: PredictOptions = {}): Promise<Tensor[]> {
    await this.builtFor(x)
    return predict(this.network, x, options, (steps) => this.hooks({ verbose: 0, ...options }, steps))
  }

  /** One update on one batch; the figures of that batch. */
  async trainOnBatch(
    x: Named<ArrayData>,
    y?: Named<ArrayData>,
    { sampleWeight, classWeight }: BatchOptions = {},
  ): Promise<Logs> {
    const training = await this.ready('trainOnBatch', x)
    const { samples } = await openSource(training, { x, y, sampleWeight, classWeight })
    return training.onBatch(samples!, true)
  }

  /** Loss and metrics of one batch. */
  async testOnBatch(x: Named<ArrayData>, y?: Named<ArrayData>, { sampleWeight }: BatchOptions = {}): Promise<Logs> {
    const training = await this.ready('testOnBatch', x)
    const { samples } = await openSource(training, { x, y, sampleWeight })
    return training.onBatch(samples!, false)
  }

  /** The table of layers, output shapes and parameter counts, as Keras prints it. */
  summary(options: SummaryOptions = {}): string {
    const optimizer = treeLeaves(this.training?.optimizerState ?? {})
    return formatSummary(
      { name: this.name, sequential: this.type === 'Sequential', network: this.build().network, optimizer },
      options,
    )
  }

  /** The number of parameters, trained or not. */
  countParams(): number {
    return this.variables.reduce((total, { value }) => total + value.size, 0)
  }

  /** All variables in Keras's order. Their tensors are replaced by training; read them, do not keep them. */
  get variables(): Variable[] {
    this.build()
    return listVariables(this.network)
  }

  /** Copies of all weights, in Keras's order. */
  getWeights(): Promise<WeightValue[]> {
    return readWeights(this.variables)
  }

  /** Replaces all weights; by path where paths are given, else in Keras's order. Shapes must agree. */
  async setWeights(weights: readonly WeightLike[]): Promise<void> {
    this.build()
    await writeWeights(this.network, weights)
    if (this.training) this.training.revision++
  }

  /** The optimizer's learning rate. Setting it takes effect at the next step; with a schedule it throws. */
  get learningRate(): number {
    return this.compiled('learningRate').learningRate
  }

  set learningRate(value: number) {
    this.compiled('learningRate').learningRate = value
  }

  metricDirection(key: string): 'up' | 'down' | undefined {
    return this.training?.objective?.direction(key)
  }

  /** The model with weights, and with the optimizer's state if it is compiled, as one safetensors file. */
  async toBytes({ weightsOnly = false } = {}): Promise<Uint8Array> {
    const weights = await this.getWeights()
    if (weightsOnly) return encodeModel({ header: { format: 1 }, weights, optimizer: [] })
    const header = {
      format: 1,
      spec: this.toSpec(),
      seed: this.seed,
      ...(this.setup && { compile: compileSpec(this.setup) }),
    } as const
    if (!this.training) return encodeModel({ header, weights, optimizer: [] })
    return encodeModel({
      header: { ...header, steps: this.training.steps },
      weights,
      optimizer: await readOptimizer(this.training.optimizerState),
    })
  }

  /** Writes `toBytes()` to a path or file handle; atomically, so that a file is whole or not there. */
  async save(target: FileTarget): Promise<void> {
    await writeModelFile(target, await this.toBytes())
  }

  /** Like `save`, with the weights only. */
  async saveWeights(target: FileTarget): Promise<void> {
    await writeModelFile(target, await this.toBytes({ weightsOnly: true }))
  }

  /** Takes the weights of a file that `save` or `saveWeights` wrote for a model of the same layers. */
  async loadWeights(source: FileSource | Uint8Array): Promise<void> {
    await this.setWeights(decodeModel(await readModelFile(source)).weights)
  }

  /** Takes over the optimizer's state of a file; the model must be compiled with the same optimizer. */
  async restoreTraining({ header, optimizer }: ModelFile): Promise<void> {
    const training = this.compiled('restoreTraining')
    await training.restore(optimizer, header.steps ?? 0)
  }

  private get rng(): Rng {
    this.stream ??= new Rng(this.seed)
    return this.stream
  }

  /** The compiled model's training, for saving and loading. */
  protected compiled(what: string): Training {
    if (!this.setup) {
      throw new ConfigError(`${what} needs a compiled model. Call model.compile({ optimizer, loss, metrics }) first.`)
    }
    this.build()
    this.training ??= new Training(this.network, this.setup, this.rng)
    return this.training
  }

  private async ready(what: string, x: Named<ArrayData> | Dataset): Promise<Training> {
    if (!this.setup) this.compiled(what)
    await this.builtFor(x)
    return this.compiled(what)
  }

  // A model without an input shape takes it from the first data it sees.
  private async builtFor(x: Named<ArrayData> | Dataset): Promise<void> {
    if (!this.shaped) this.shapeTo(await shapesOf(x))
    this.build()
  }

  private hooks({ verbose, callbacks = [] }: PredictOptions, steps: number | undefined): Hooks {
    const level = verbosity(verbose)
    return new Hooks([...callbacks, ...progressLoggers(level)], this, { epochs: 1, steps, verbose: level })
  }
}

type AnyShape = readonly (number | null)[]

/** Shapes as a list, where one or several may be given. */
function shapesIn(shape: AnyShape | readonly AnyShape[]): readonly AnyShape[] {
  return (Array.isArray(shape[0]) ? shape : [shape]) as readonly AnyShape[]
}

async function shapesOf(x: Named<ArrayData> | Dataset): Promise<(number | null)[][]> {
  const named = isDataset(x) ? (await firstOf(x)).x : await toNamedArrays(x, 'x')
  const arrays = 'shape' in named ? [named] : Object.values(named)
  return (arrays as { shape: Shape }[]).map(({ shape }) => [null, ...(shape.length === 1 ? [1] : shape.slice(1))])
}

async function firstOf(dataset: Dataset): Promise<Batch> {
  for await (const batch of dataset) return batch
  throw new ConfigError('The dataset gave no batch.')
}
