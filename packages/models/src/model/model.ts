import {
  type BaseLayer,
  ConfigError,
  type Configured,
  type FieldTable,
  type FitState,
  type FunctionalSpec,
  inputShapesOf,
  type LayerOptions,
  type LayerSpec,
  type LayerTrees,
  layersWithin,
  type ModelSpec,
  readConstants,
  readVariables,
  readWeights,
  requireFinite,
  type StatelessOptions,
  type StatelessResult,
  sharedIdOf,
  splitByTrainable,
  statelessCall,
  type VariableTrees,
  type WeightLike,
  type WeightValue,
  withSharedIds,
  wrapperOf,
  writeVariables,
  writeWeights,
} from '@gradus/core'
import type { FileSource, FileTarget, ModelFile, ModelHeader } from '@gradus/io'
import { onBackend, type Tensor, type Tree, treeForEach, treeLeaves, treeMap } from '@gradus/tensor'
import { apply, identityOp, keepTensors } from '@gradus/tensor/internals'
import { functionalSpec } from '../network/index.ts'
import type { KnownNames, NoNames } from '../objective/index.ts'
import type { OptimizerStates } from '../step/index.ts'
import {
  compileSpec,
  type FileOptions,
  type LoadWeightsOptions,
  modelFiles,
  type ReadFileOptions,
  type SaveOptions,
} from './files.ts'
import type { FunctionalConfig, ModelConfig } from './model-structure.ts'
import { ModelTraining } from './model-training.ts'
import type { QuantizedLayer, QuantizeMode, QuantizeOptions } from './quantize.ts'
import { printSummary, type SummaryOptions } from './summary.ts'
import { checkOptions } from './training-options.ts'

/** The parts of a model in a file: all, what inference needs, or the weights. */
type FileParts = 'all' | 'inference' | 'weights'

/** Parameters or states of layers, by path. The trees of the layers may have the types of interfaces. */
type GivenTrees = Readonly<Record<string, object>>

/**
 * A model that can be trained. As in Keras's functional API, `new Model({ inputs, outputs })` is the graph of layers between
 * symbolic tensors; it may have several inputs and outputs, branches and shared layers. As in Keras's model subclassing, a
 * subclass has layers in its properties and an `apply` method; it may also override `trainStep`, `testStep` and `predictStep`.
 *
 * @example
 * import { input } from '@gradus/core'
 * import { Dense } from '@gradus/layers'
 * import { Model } from '@gradus/models'
 * const x = input({ shape: [3] })
 * const h = new Dense({ units: 4, activation: 'relu' }).call(x)
 * const model = new Model({ inputs: x, outputs: new Dense({ units: 1 }).call(h) })
 * model.countParams() // => 21
 *
 * @example
 * import { Dense } from '@gradus/layers'
 * import { Model } from '@gradus/models'
 * import { add, ones } from '@gradus/tensor'
 * class Twice extends Model {
 *   dense = new Dense({ units: 2, kernelInitializer: 'ones' })
 *   apply(x, scope) {
 *     return add(scope.call(this.dense, x), x)
 *   }
 * }
 * new Twice().call(ones([1, 2])).array() // => [[3, 3]]
 */
export class Model<N extends KnownNames = NoNames, C extends object = object> extends ModelTraining<N, C> {
  static override readonly fields: FieldTable = { seed: 'integer', inputs: 'unknown', outputs: 'unknown' }
  /** An example for messages. */
  static readonly usage: string = 'new Model({ inputs, outputs })'

  /**
   * What turns rows of a table into inputs of this model, and its outputs into values, as `@gradus/tables` saves it. It is saved with
   * the model.
   */
  table?: Readonly<Record<string, unknown>>

  constructor(...[config]: [config?: FunctionalConfig | (LayerOptions<C> & ModelConfig)]) {
    super((config ?? {}) as LayerOptions<C> & Partial<FunctionalConfig>)
  }

  /** Returns the model as plain data, without weights. Throws `ConfigError` for a subclass without a static `type`. */
  override toSpec(): ModelSpec | LayerSpec {
    const { network } = this
    if (!network) return this.subclassSpec()
    return withSharedIds(
      this,
      () =>
        ({
          model: 'Functional',
          ...this.commonSpec,
          ...functionalSpec(network, this.inputs, this.outputs),
        }) as FunctionalSpec,
    )
  }

  /** Makes `JSON.stringify` of a model give `toSpec()`. */
  toJSON(): object {
    return this.toSpec()
  }

  /** Returns the model as JSON, without weights; `modelFromJson` builds it again. Keras: `to_json`. */
  toJson({ indent }: { readonly indent?: number } = {}): string {
    return JSON.stringify(this, undefined, indent)
  }

  /** The options of a subclassed model; of a stack or a graph the data of `toSpec`, from which `fromSpec` builds it again. */
  override getConfig(): Readonly<Record<string, unknown>> {
    return this.isSubclass ? super.getConfig() : (this.toSpec() as unknown as Readonly<Record<string, unknown>>)
  }

  protected override get keepsOptions(): boolean {
    return this.getConfig === Model.prototype.getConfig
  }

  /** Makes a subclassed model from its options. Throws `ConfigError` for data of a stack or a graph: `fromSpec` builds those. */
  static override fromConfig<L extends Configured>(this: new (config: never) => L, config: object): L {
    if ('model' in config) {
      throw new ConfigError(
        `fromConfig: this is the data of a whole model, whose classes are looked up in a registry. Build it with fromSpec(config).`,
      )
    }
    return new this(config as never)
  }

  /** The entries that the specs of all models have; those with their default are left out. */
  protected get commonSpec(): Pick<ModelSpec, 'name' | 'trainable' | 'sharedId'> & { readonly seed?: number } {
    const { name, seed } = this.config as ModelConfig
    const sharedId = sharedIdOf(this)
    return {
      ...(typeof name === 'string' && { name }),
      ...(seed !== undefined && { seed }),
      ...(!this.trainable && { trainable: false }),
      ...(sharedId !== undefined && { sharedId }),
    }
  }

  /** Whether the model is neither a graph nor a stack. */
  protected get isSubclass(): boolean {
    return this.network === undefined
  }

  private subclassSpec(): LayerSpec {
    if (Object.hasOwn(this.constructor, 'type')) return super.toSpec() as LayerSpec
    throw new ConfigError(
      `The class ${this.constructor.name} has no static type, so its models cannot be saved. Give it one: static type = 'namespace/${this.constructor.name}', and load with { registry: standard.with(${this.constructor.name}) }.`,
    )
  }

  /**
   * Prints the table of layers, output shapes and parameter counts that Keras prints, and returns it. With `print: false` it only
   * returns it. Throws `ConfigError` for options that it does not have.
   *
   * @example
   * import { Dense } from '@gradus/layers'
   * import { Sequential } from '@gradus/models'
   * const model = new Sequential([new Dense({ units: 2, inputShape: [3] })])
   * model.summary({ print: false }).includes('Total params: 8') // => true
   */
  summary(options: SummaryOptions = {}): string {
    const optimizer = treeLeaves((this.trainer?.optimizerState ?? {}) as Tree)
    return printSummary(() => ({ model: this.build(), name: this.name, optimizer }), options)
  }

  /** Returns copies of all weights, in Keras's order. */
  override getWeights(): Promise<WeightValue[]> {
    return this.withVariables(() => super.getWeights())
  }

  /**
   * Replaces all weights: by path if they have paths, otherwise in Keras's order. Throws `ConfigError`, before any change, for
   * missing weights, weights that it does not have and wrong shapes.
   */
  override async setWeights(weights: readonly WeightLike[]): Promise<void> {
    await this.withVariables(async () => {
      await writeWeights(this.build(), weights, this.backend)
      this.changed()
    })
  }

  /**
   * Returns copies of the trainable parameters and of the state for a custom training loop, which passes them to `applyWith` and
   * to `update` of an optimizer. They may be donated to a compiled function.
   */
  variablesTree(): VariableTrees {
    const { params, state } = readVariables(this.build())
    const { trainable } = splitByTrainable(this, params)
    const copies = treeMap((x) => apply(identityOp, [x], null), { params: trainable, state })
    return copies as VariableTrees
  }

  /** Replaces variables by trees like those of `variablesTree`. From then on the model owns the tensors. */
  setVariablesTree({ params, state }: { readonly params?: GivenTrees; readonly state?: GivenTrees }): void {
    const given = { ...(params && { params }), ...(state && { state }) } as Partial<VariableTrees>
    const before = new Set(treeLeaves(readVariables(this.build()) as unknown as Tree))
    keepTensors(treeLeaves(given as Tree))
    writeVariables(this, given)
    for (const kept of treeLeaves(readVariables(this) as unknown as Tree)) before.delete(kept)
    for (const replaced of before) replaced.dispose()
    this.changed()
  }

  /**
   * Returns the outputs for given parameters: a pure function, for `valueAndGrad` and `compile`. Parameters that are not given,
   * and the state, are those of the model.
   */
  applyWith<T = Tensor>(params: GivenTrees, x: Tree, options: StatelessOptions & { state?: LayerTrees } = {}): T {
    const { state, ...rest } = options
    return this.statelessCall({ params: params as LayerTrees, ...(state && { state }) }, x, rest).outputs as T
  }

  /** Like `applyWith`; also returns the state after the call and the losses that layers added. Keras: `stateless_call`. */
  statelessCall({ params, state }: Partial<VariableTrees>, x: Tree, options: StatelessOptions = {}): StatelessResult {
    this.portsFor({ x } as Parameters<this['portsFor']>[0])
    const own = readVariables(this)
    return statelessCall(this, { params: { ...own.params, ...params }, state: { ...own.state, ...state } }, x, options)
  }

  /**
   * Replaces the weights of `Dense`, `EinsumDense`, `Embedding` and convolutions by whole numbers with scales, a quarter or an eighth
   * of the bytes, for inference. `int8`: one scale per channel, and inputs of dense layers are rounded to 8 bits. `int4`: weights
   * only, with a scale and a zero per block of 128 inputs. Computations are those of floats. Returns each layer with the relative
   * error of its weight. The state of the optimizer is dropped; only weights that are not quantized can be trained. The weights stay
   * quantized in files. Throws `ConfigError` for other modes and options. Keras: `quantize`.
   *
   * @example
   * import { Dense } from '@gradus/layers'
   * import { Sequential } from '@gradus/models'
   * const model = new Sequential([new Dense({ units: 64, inputShape: [256] })], { seed: 1 })
   * const [dense] = await model.quantize('int8')
   * dense.bytes // => [65536, 16640]
   * dense.error < 0.01 // => true
   */
  async quantize(mode: QuantizeMode, options: QuantizeOptions = {}): Promise<QuantizedLayer[]> {
    return this.replaceWeights(async () => (await import('./quantize.ts')).quantizeLayers(this, mode, options))
  }

  /** Quantizes layers as a model file says, before its weights are set. */
  async restoreQuantization(layers: Readonly<Record<string, unknown>>): Promise<void> {
    await this.replaceWeights(async () => (await import('./quantize.ts')).requantize(this, layers))
  }

  /**
   * Runs a function that changes which weights layers have, and drops what depends on them: compiled steps and the state of the
   * optimizer. Later calls of `fit`, `predict` and the like wait for it. Throws `ConfigError` while the model is trained.
   */
  replaceWeights<T>(replace: () => Promise<T> | T): Promise<T> {
    return this.inOrder(() => {
      this.build()
      this.forgetSteps()
      return onBackend(this.backend, async () => replace())
    })
  }

  /** Returns the bytes of a safetensors file with the model, its weights and, if it was trained, the optimizer's state. */
  async toBytes(options: { readonly weightsOnly?: boolean; readonly fit?: FitState } = {}): Promise<Uint8Array> {
    checkOptions('toBytes', options)
    const file = await this.toFile(options.weightsOnly ? 'weights' : 'all', options.fit)
    return (await modelFiles()).encodeModel(file)
  }

  private async toFile(parts: FileParts, fit?: FitState): Promise<ModelFile> {
    await this.moving
    return this.withVariables(() => this.readFile(parts, fit))
  }

  private async readFile(parts: FileParts, fit?: FitState): Promise<ModelFile> {
    const [weightsOnly, all] = [parts === 'weights', parts === 'all']
    const compiled = all ? this.setup : undefined
    const constants = weightsOnly ? undefined : readConstants(layersWithin(this).map(({ layer }) => layer.config))
    if (constants) await constants
    if (!weightsOnly) {
      const { requireLoadable } = await import('./loadable.ts')
      requireLoadable(this, compiled && { ...compiled, registry: undefined })
    }
    const header = weightsOnly ? { format: 1 as const } : { ...this.fileHeader(all), ...(fit && { fit }) }
    const state = all ? this.trainer?.optimizerState : undefined
    const { outlineOf } = await modelFiles()
    const [weights, optimizer] = await Promise.all([this.getWeights(), readWeights(leavesByPath(state))])
    const advice = 'The model has diverged and its file could not be loaded; an earlier file stays as it is.'
    for (const value of weights) requireFinite(value, `The weight '${value.path}'`, advice)
    for (const value of optimizer) requireFinite(value, `The optimizer state '${value.path}'`, advice)
    return { header, weights, optimizer, outline: { layers: outlineOf(this), optimizer: [] } }
  }

  /**
   * Matches the contents of a file that stores weights by layers with this model; returns other files as they are. Throws `FormatError`
   * for a file of other layers.
   */
  async matched(
    file: ModelFile,
    options: LoadWeightsOptions & { readonly training?: boolean } = {},
  ): Promise<ModelFile> {
    if (!file.resolve) return file
    const { outlineOf } = await modelFiles()
    const trainer = options.training ? this.requireTrainer('restoreTraining') : undefined
    const outline = await this.withVariables(async () => ({
      layers: outlineOf(this.build()),
      optimizer: trainer?.stateOutline() ?? [],
      optimizerSpec: trainer && compileSpec(trainer.setup)['optimizer'],
    }))
    return { ...file.resolve(outline, options), header: file.header }
  }

  private fileHeader(training: boolean): ModelHeader {
    return {
      format: 1,
      spec: this.toSpec(),
      seed: this.seed,
      ...(!this.network && { inputShapes: inputShapesOf(this) }),
      ...quantizationIn(this),
      ...(this.table && { table: this.table }),
      ...(training && this.setup && { compile: compileSpec(this.setup) }),
      ...(training && this.trainer && { steps: this.trainer.steps }),
    }
  }

  /**
   * Writes the model, its weights and the optimizer's state to a path or file handle, in the format of the file name's extension
   * (default safetensors). The write is atomic: if it fails, an existing file stays as it was. Throws `ConfigError` for a class without
   * a static `type` and `DataError` for weights that are not finite, because the file could not be loaded.
   */
  async save(target: FileTarget, options: SaveOptions = {}): Promise<void> {
    checkOptions('save', options)
    const file = await this.toFile('all', options.fit)
    await (await modelFiles()).writeModelFile(target, file, options.formats)
  }

  /**
   * Like `save`, with what inference needs: layers and weights, and neither optimizer nor loss. `loadModel` reads the file. A
   * function of the model in this program is `inferenceFunction(model)`. Keras: `export`.
   */
  async export(target: FileTarget, options: FileOptions = {}): Promise<void> {
    checkOptions('export', options)
    const file = await this.toFile('inference')
    await (await modelFiles()).writeModelFile(target, file, options.formats)
  }

  /**
   * Throws `FormatError` for a path that `save` would refuse, because of the format that its extension names. `ModelCheckpoint` calls it
   * when training begins.
   */
  async checkPath(path: string): Promise<void> {
    await (await modelFiles()).requireWritable(path)
  }

  /** Like `save`, with the weights only. */
  async saveWeights(target: FileTarget, options: FileOptions = {}): Promise<void> {
    checkOptions('saveWeights', options)
    const file = await this.toFile('weights')
    await (await modelFiles()).writeModelFile(target, file, options.formats)
  }

  /**
   * Reads the weights of a file that `save` or `saveWeights` wrote for a model of the same layers. With `byName`, layers of other names
   * keep their weights; with `skipMismatch`, weights of another shape are kept. Throws `FormatError`, and `ConfigError` as `setWeights`
   * does.
   */
  async loadWeights(source: FileSource, options: LoadWeightsOptions = {}): Promise<void> {
    checkOptions('loadWeights', options)
    const { readModelFile, mergedWeights } = await modelFiles()
    this.build()
    const { weights } = await this.matched(await readModelFile(source, options.formats, filesOf(options)), options)
    const isPartial = options.byName || options.skipMismatch
    await this.setWeights(isPartial ? mergedWeights(await this.getWeights(), weights, options) : weights)
  }

  /**
   * Restores weights, optimizer, number of steps and seed from a file that `save` wrote for a model of the same layers, compiled
   * in the same way. Returns the state of `fit` in the file, which the option `resumeFrom` takes. Throws `FormatError` and, before any
   * change of weights, `ConfigError` for weights that do not fit.
   */
  async restore(source: FileSource, options: ReadFileOptions = {}): Promise<FitState | undefined> {
    checkOptions('restore', options)
    const { readModelFile } = await modelFiles()
    const file = await this.matched(await readModelFile(source, options.formats), { training: true })
    await this.setWeights(file.weights)
    await this.restoreTraining(file)
    return file.header.fit
  }

  /** Restores the state of the optimizer from a file. The model must be compiled with the same optimizer. */
  async restoreTraining({ header, optimizer }: ModelFile): Promise<void> {
    if (typeof header.seed === 'number') this.reseed(header.seed)
    for (const value of optimizer) requireFinite(value, `The optimizer state '${value.path}'`)
    const steps = header.steps ?? optimizer.find(({ path }) => path === 'iteration')?.data[0] ?? 0
    await this.requireTrainer('restoreTraining').restore(optimizer, steps)
  }

  override resetStates(): void {
    super.resetStates()
    this.changed()
  }

  /** Makes a running training loop read the variables again. */
  private changed(): void {
    if (this.trainer) this.trainer.revision++
  }
}

/** The tensors of the state of optimizers, by path. */
function leavesByPath(state: OptimizerStates | undefined): { path: string; trainable: false; value: Tensor }[] {
  const leaves: { path: string; trainable: false; value: Tensor }[] = []
  treeForEach((state ?? {}) as Tree, (value, path) => leaves.push({ path, trainable: false, value }))
  return leaves
}

/** The entry of a model file about quantized layers; empty without such layers. */
function quantizationIn(model: BaseLayer): Pick<ModelHeader, 'quantization'> {
  const layers = layersWithin(model).flatMap(({ layer, path }) => {
    const saved = wrapperOf(layer)?.saved
    return saved ? [[path, saved] as const] : []
  })
  return layers.length > 0 ? { quantization: Object.fromEntries(layers) } : {}
}

function filesOf({ files }: ReadFileOptions): ReadFileOptions {
  return files === undefined ? {} : { files }
}
