import {
  ConfigError,
  type Configured,
  type FieldTable,
  type FunctionalSpec,
  type LayerOptions,
  type LayerSpec,
  type LayerTrees,
  type ModelSpec,
  readVariables,
  type StatelessOptions,
  type StatelessResult,
  sharedIdOf,
  splitByTrainable,
  statelessCall,
  type VariableTrees,
  withSharedIds,
  writeVariables,
} from '@gradus/core'
import { type Tensor, type Tree, treeLeaves, treeMap } from '@gradus/tensor'
import { apply, identityOp, keepTensors } from '@gradus/tensor/internals'
import { functionalSpec } from '../network/index.ts'
import type { KnownNames, NoNames } from '../objective/index.ts'
import { ModelFiles } from './model-files.ts'
import type { FunctionalConfig, ModelConfig } from './model-graph.ts'
import type { QuantizedLayer, QuantizeMode, QuantizeOptions } from './quantize.ts'
import { printSummary, type SummaryOptions } from './summary.ts'

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
export class Model<N extends KnownNames = NoNames, C extends object = object> extends ModelFiles<N, C> {
  static override readonly fields: FieldTable = { seed: 'integer', inputs: 'unknown', outputs: 'unknown' }
  /** An example for messages. */
  static readonly usage: string = 'new Model({ inputs, outputs })'

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
}
