import {
  ConfigError,
  type FieldTable,
  type FunctionalSpec,
  inputShapesOf,
  type LayerOptions,
  type LayerSpec,
  type LayerTrees,
  listVariables,
  type ModelSpec,
  readVariables,
  type StatelessOptions,
  type StatelessResult,
  splitByTrainable,
  statelessCall,
  type Variable,
  type WeightValue,
  writeVariables,
} from '@gradus/core'
import type { FileSource, FileTarget, ModelFile, ModelHeader } from '@gradus/io'
import { type Tensor, type Tree, treeLeaves, treeMap } from '@gradus/tensor'
import { apply, identityOp, keepTensors } from '@gradus/tensor/internals'
import { functionalSpec } from '../network/index.ts'
import type { KnownNames, NoNames } from '../objective/index.ts'
import { compileSpec, type FileOptions, modelFiles, readOptimizer } from './files.ts'
import type { FunctionalConfig, ModelConfig } from './model-structure.ts'
import { ModelTraining } from './model-training.ts'
import { formatSummary, type SummaryOptions } from './summary.ts'
import { readWeights, type WeightLike, writeWeights } from './weights.ts'

/** The variables of a model as trees: by the paths of the layers, then by key. */
export interface VariableTree {
  /** The parameters that training changes. */
  readonly params: LayerTrees
  /** What layers keep beside them, such as moving averages. */
  readonly state: LayerTrees
}

/**
 * A model: any graph of layers between symbolic tensors, or code. As a graph it takes `inputs` and `outputs`, with several
 * inputs and outputs, shared layers and branches, as in Keras's functional API. As code it is a class with layers in its
 * properties and `apply`, as in Keras's subclassed models; `trainStep` may be overridden as well.
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

  constructor(...[config]: [config?: FunctionalConfig | (LayerOptions<C> & ModelConfig)]) {
    super((config ?? {}) as LayerOptions<C> & Partial<FunctionalConfig>)
  }

  /** The model as plain data, without weights. Throws `ConfigError` for a model that is code and has no name in data. */
  override toSpec(): ModelSpec | LayerSpec {
    const { network } = this
    if (!network) return this.codeSpec()
    const { name, seed } = this.config as ModelConfig
    return {
      model: 'Functional',
      ...(name !== undefined && { name }),
      ...(seed !== undefined && { seed }),
      ...this.ownTrainable,
      ...functionalSpec(network, this.inputs, this.outputs),
    } as FunctionalSpec
  }

  /** `trainable` as part of a spec, where it was changed. */
  protected get ownTrainable(): { readonly trainable?: boolean } {
    return this.trainable ? {} : { trainable: false }
  }

  private codeSpec(): LayerSpec {
    if (Object.hasOwn(this.constructor, 'type')) return super.toSpec() as LayerSpec
    throw new ConfigError(
      `The class ${this.constructor.name} has no name in data, so its models cannot be saved. Give it one: static type = 'scope/${this.constructor.name}', and load with { registry: standard.with(${this.constructor.name}) }.`,
    )
  }

  /** The table of layers, output shapes and parameter counts, as Keras prints it. */
  summary(options: SummaryOptions = {}): string {
    const optimizer = treeLeaves((this.trainer?.optimizerState ?? {}) as Tree)
    return formatSummary({ model: this.build(), name: this.name, optimizer }, options)
  }

  /** The number of parameters, trained or not. */
  countParams(): number {
    return this.variables.reduce((total, { value }) => total + value.size, 0)
  }

  /** All variables in Keras's order. Their tensors are replaced by training; read them, do not keep them. */
  get variables(): Variable[] {
    return listVariables(this.build())
  }

  /** Copies of all weights, in Keras's order. */
  getWeights(): Promise<WeightValue[]> {
    return readWeights(this.variables)
  }

  /** Replaces all weights; by path where paths are given, else in Keras's order. Shapes must agree. */
  async setWeights(weights: readonly WeightLike[]): Promise<void> {
    await writeWeights(this.build(), weights)
    this.changed()
  }

  /**
   * Copies of the trained parameters and of the state, for loops of one's own: what `applyWith` and an optimizer take. They may
   * be given away to a compiled function.
   */
  variablesTree(): VariableTree {
    const { params, state } = readVariables(this.build())
    const { trainable } = splitByTrainable(this, params)
    const copies = treeMap((x) => apply(identityOp, [x], null), { params: trainable, state })
    return copies as VariableTree
  }

  /** Takes over variables from `variablesTree` or their successors; the tensors are the model's from then on. */
  setVariablesTree({ params, state }: Partial<VariableTree>): void {
    const given = { ...(params && { params }), ...(state && { state }) }
    const before = new Set(treeLeaves(readVariables(this.build()) as unknown as Tree))
    keepTensors(treeLeaves(given as Tree))
    writeVariables(this, given)
    for (const kept of treeLeaves(readVariables(this) as unknown as Tree)) before.delete(kept)
    for (const replaced of before) replaced.dispose()
    this.changed()
  }

  /**
   * The outputs with other parameters than the model's: a pure function, for `valueAndGrad` and `compile`. Parameters that are
   * not given, and the state, are the model's.
   */
  applyWith<T = Tensor>(params: LayerTrees, x: Tree, options: StatelessOptions & { state?: LayerTrees } = {}): T {
    const { state, ...rest } = options
    return this.statelessCall({ params, ...(state && { state }) }, x, rest).outputs as T
  }

  /** Like `applyWith`, with the state after the call and the losses that layers added. Keras: `stateless_call`. */
  statelessCall({ params, state }: Partial<VariableTree>, x: Tree, options: StatelessOptions = {}): StatelessResult {
    this.meet({ x } as Parameters<this['meet']>[0])
    const own = readVariables(this)
    return statelessCall(this, { params: { ...own.params, ...params }, state: { ...own.state, ...state } }, x, options)
  }

  /** The model with weights, and with the optimizer's state if it is compiled, as one safetensors file. */
  async toBytes({ weightsOnly = false } = {}): Promise<Uint8Array> {
    const file = await this.toFile(weightsOnly)
    return (await modelFiles()).encodeModel(file)
  }

  private async toFile(weightsOnly: boolean): Promise<ModelFile> {
    const header = weightsOnly ? { format: 1 as const } : this.fileHeader()
    const state = weightsOnly ? undefined : this.trainer?.optimizerState
    const [weights, optimizer] = await Promise.all([this.getWeights(), readOptimizer(state)])
    return { header, weights, optimizer }
  }

  private fileHeader(): ModelHeader {
    return {
      format: 1,
      spec: this.toSpec(),
      seed: this.seed,
      ...(!this.network && { inputShapes: inputShapesOf(this) }),
      ...(this.compiled && { compile: compileSpec(this.compiled) }),
      ...(this.trainer && { steps: this.trainer.steps }),
    }
  }

  /**
   * Writes the model to a path or file handle; atomically, so that a file is whole or not there. Its format is the one that the
   * ending of the name says, safetensors where it says none.
   */
  async save(target: FileTarget, { formats }: FileOptions = {}): Promise<void> {
    const file = await this.toFile(false)
    await (await modelFiles()).writeModelFile(target, file, formats)
  }

  /** Like `save`, with the weights only. */
  async saveWeights(target: FileTarget, { formats }: FileOptions = {}): Promise<void> {
    const file = await this.toFile(true)
    await (await modelFiles()).writeModelFile(target, file, formats)
  }

  /** Takes the weights of a file that `save` or `saveWeights` wrote for a model of the same layers. */
  async loadWeights(source: FileSource | Uint8Array, { formats }: FileOptions = {}): Promise<void> {
    const { readModelFile } = await modelFiles()
    await this.setWeights((await readModelFile(source, formats)).weights)
  }

  /** Takes over the optimizer's state of a file; the model must be compiled with the same optimizer. */
  async restoreTraining({ header, optimizer }: ModelFile): Promise<void> {
    await this.requireTrainer('restoreTraining').restore(optimizer, header.steps ?? 0)
  }

  /** Tells a running loop that variables were changed. */
  private changed(): void {
    if (this.trainer) this.trainer.revision++
  }
}
