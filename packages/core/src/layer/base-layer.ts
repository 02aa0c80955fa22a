import type { FloatDType, Shape, SymbolicDType, SymbolicShape, Tensor, Tree } from '@gradus/tensor'
import { type ConfigArgument, Configured } from '../config/configured.ts'
import { describeValue } from '../config/describe.ts'
import type { Fields, FieldTable, Kind } from '../config/fields.ts'
import { snakeCase } from '../config/names.ts'
import type { Constraint } from '../contracts/constraint.ts'
import type { Regularizer } from '../contracts/regularizer.ts'
import type { HostValues, Named } from '../data/dataset.ts'
import { ConfigError } from '../errors.ts'
import type { Rng } from '../rng.ts'
import type { Structure } from '../structure.ts'
import { currentDTypePolicy, type DTypePolicy, dtypePolicies, dtypesOf } from './dtype-policy.ts'
import { firstMask, type Masks } from './masks.ts'
import { explainApply } from './outside-apply.ts'
import { sharedIdOf, withSharedIds } from './shared-layers.ts'
import { layersAmong } from './sublayers.ts'

/** Options that every layer takes. */
export interface LayerConfig {
  /** The name in a model; by default the type in snake_case with a number, as in Keras. */
  readonly name?: string | null
  /** Whether training changes the layer's parameters (default true). */
  readonly trainable?: boolean | null
  /** Dtype of the layer's parameters and computations (default: the policy set by `useDTypePolicy`, at first float32). */
  readonly dtype?: DTypePolicy | null
  /** Shape of one sample, for the first layer of a `Sequential`. */
  readonly inputShape?: SymbolicShape | null
  /** A penalty on the layer's output. It is divided by the batch size and added to the loss. */
  readonly activityRegularizer?: Regularizer | null
}

/** The config `C` of a layer with the options that every layer takes. */
export type LayerOptions<C extends object> = C & Omit<LayerConfig, keyof C>

/** The shape of each input, batch first, in the structure of the inputs. */
export type InputShape = Structure<Shape>

/** The options of a call that every layer has. */
export interface CallOptions {
  /** Whether the call is part of training (default: as the enclosing call). */
  readonly training?: boolean
  /** Replaces the masks of the inputs. */
  readonly mask?: Masks
}

/** The second argument of `apply`: variables, random numbers, masks and options of one call, and access to sublayers. */
export interface Scope<L extends LayerTypes = LayerTypes> {
  /** The parameters of the layer, as made by `init`; without those of its sublayers. */
  readonly params: L['Params']
  /** The state of the layer, as made by `initState`: tensors that change without a gradient, such as moving averages. */
  readonly state: L['State']
  /** Random numbers for this call. */
  readonly rng: Rng
  readonly training: boolean
  /** Which time steps of the input count: bool `[batch, time]`. For several inputs, in their structure. */
  readonly mask: Masks
  /** The options of this call other than `training` and `mask`, such as `initialState`. */
  readonly options: L['Options']
  /** Adds a scalar to the loss. */
  addLoss(loss: Tensor): void
  /** Sets the state after this call, in the form of the old one. */
  setState(next: L['State']): void
  /**
   * Sets the parameters of a sublayer after this call, in the form of the old ones. A call on values keeps them. A step of training
   * does not, because the optimizer changes the parameters there; in Keras it depends on the backend.
   */
  setParams<L extends BaseLayer>(layer: L, next: L['Params']): void
  /**
   * Calls a sublayer with one output, with its parameters, state, dtype, seed, mask and penalties. Throws `ConfigError` for a
   * layer that is not a sublayer, `TypeError` for several outputs.
   */
  call<L extends BaseLayer>(layer: L, inputs: Tree, options?: CallOptions & Partial<L['Options']>): Tensor
  /** Like `call`, for a layer with several outputs. */
  callAll<L extends BaseLayer>(layer: L, inputs: Tree, options?: CallOptions & Partial<L['Options']>): Tree
  /** Like `callAll`, with `params` in place of the sublayer's parameters, which are `scope.of(layer, inputs).params`. */
  callWith<L extends BaseLayer>(
    params: Tree,
    layer: L,
    inputs: Tree,
    options?: CallOptions & Partial<L['Options']>,
  ): Tree
  /**
   * The scope of a sublayer for inputs of these shapes, for layers that call other methods of it than `apply`: a recurrent layer
   * prepares the time steps of its cell. Results of such methods are not cast, masked or penalized.
   */
  of<L extends BaseLayer>(layer: L, inputs: Tree, options?: CallOptions & object): Scope<L>
  /** Whether a sublayer or one of its nested layers has state. */
  hasState(layer: BaseLayer): boolean
  /** The mask of an output of a sublayer. */
  maskOf(x: Tensor): Tensor | undefined
}

/** The types of a layer's parameters, state and call options. */
export interface LayerTypes {
  readonly Params: unknown
  readonly State: unknown
  readonly Options: unknown
}

/**
 * The contract of a layer. A layer is pure: `apply` reads parameters and state from its scope, returns the outputs, and passes a
 * new state to the scope. So an instance can be shared, traced and differentiated. `Layer` adds `call`.
 */
export abstract class BaseLayer<
  C extends object = object,
  P extends object = object,
  S extends object = object,
  O extends object = object,
> extends Configured<'layer', C> {
  static readonly kind = 'layer'
  static override readonly fields: FieldTable = {
    name: 'string',
    trainable: 'boolean',
    dtype: { oneOf: dtypePolicies },
    inputShape: 'shape',
    activityRegularizer: { type: 'regularizer' as Kind<Regularizer> },
  } satisfies Fields<LayerConfig>

  /** Descriptions of the options of a call other than `training` and `mask`. */
  static readonly callFields: FieldTable = {}

  /**
   * The arguments of Keras's `call` after the first, in its order, for files that have them by position: options of a call, or
   * names of further inputs.
   */
  static readonly callArguments: readonly string[] = []

  /** The defaults in Keras's `call`. Keras writes them into files, so an option with its default is ignored there. */
  static readonly callDefaults: Readonly<Record<string, unknown>> = { training: false }

  /**
   * The given options. The penalty on the output may be a name here and the dtype a policy: read the properties
   * `activityRegularizer`, `dtype` and `computeDType` instead.
   */
  declare readonly config: C & Omit<LayerConfig, keyof C | 'activityRegularizer' | 'dtype'>
  /** For types only. */
  declare readonly Params: P
  /** For types only. */
  declare readonly State: S
  /** For types only: the options of a call. */
  declare readonly Options: O

  // set by assignment, which overrides the config
  private trainableOverride: boolean | undefined

  constructor(...config: ConfigArgument<LayerOptions<C>>) {
    super(...(withPolicy(config) as unknown as ConfigArgument<C>))
    explainApply(this)
    const { activityRegularizer } = this
    if (typeof activityRegularizer !== 'string') return
    throw new ConfigError(
      `${this.type}: 'activityRegularizer' is the name ${describeValue(activityRegularizer)}, and this layer takes an instance only, such as new L2({ l2: 0.01 }).`,
    )
  }

  /**
   * The layers that this one calls, by name. By default all layers among its properties and options, alone, in lists and in
   * plain objects. Their parameters, state, penalties, seeds and saved weights are found through this method.
   */
  sublayers(): Readonly<Record<string, BaseLayer>> {
    return layersAmong(this, BaseLayer) as Record<string, BaseLayer>
  }

  /** Whether training changes the parameters. May be set before `compile`; setting it sets sublayers too. */
  get trainable(): boolean {
    return this.trainableOverride ?? (this.config as LayerConfig).trainable ?? true
  }

  set trainable(value: boolean) {
    this.trainableOverride = value
    for (const layer of Object.values(this.sublayers())) layer.trainable = value
  }

  /** The dtype of the parameters. */
  get dtype(): FloatDType {
    return dtypesOf(this.policy).variables
  }

  /** The dtype of the computations and of floating outputs. */
  get computeDType(): FloatDType {
    return dtypesOf(this.policy).compute
  }

  /** Whether the layer computes in the dtype of its parameters under every policy; its outputs are in `computeDType` still. */
  get fullPrecision(): boolean {
    return false
  }

  /** Whether floating inputs are cast to the dtype of the computations, and floating outputs to `computeDType`. */
  get autocast(): boolean {
    return true
  }

  /** The dtype of an input that is made for the layer, as by `Sequential`. Layers that take indices override it. */
  get inputDType(): SymbolicDType {
    return this.dtype
  }

  /** Whether the layer runs on the host, before tensors are made; see `HostLayer`. */
  get onHost(): boolean {
    return false
  }

  /** Whether inputs may be strings. */
  get takesStrings(): boolean {
    return this.onHost
  }

  private get policy(): DTypePolicy {
    // the option is resolved: the config may have Keras's spelling
    return (this.options as LayerConfig).dtype ?? 'float32'
  }

  /**
   * Whether the state is that of a sequence which goes on from batch to batch, so that `resetStates` sets it to its initial value.
   * Statistics over all data, such as moving averages, are none.
   */
  get stateful(): boolean {
    return false
  }

  /** The penalty on the outputs, if there is one. */
  get activityRegularizer(): Regularizer | undefined {
    return (this.options as LayerConfig).activityRegularizer ?? undefined
  }

  /** Whether a mask of the input is used or passed on. */
  get supportsMasking(): boolean {
    return false
  }

  /** The stem of the layer's name in a model if it was given none. */
  get defaultName(): string {
    return snakeCase(this.type)
  }

  /**
   * Makes the parameters for inputs of `inputShape` (batch first), and sublayers whose options depend on it. Throws
   * `ShapeError` for a shape that the layer cannot take.
   */
  init(_rng: Rng, _inputShape: InputShape): P {
    return {} as P
  }

  /** Makes the state for inputs of `inputShape` (batch first). */
  initState(_rng: Rng, _inputShape: InputShape): S {
    return {} as S
  }

  /** Converts inputs on the host, before `apply`. Models call it for the layers at their front that run on the host. */
  prepare(inputs: Named<HostValues>): Named<HostValues> {
    return inputs
  }

  /** Computes the output, or several outputs in lists and plain objects. */
  abstract apply(inputs: Tree, scope: Scope<this>): Tree

  /**
   * The mask of each output in order; a single mask is that of the first output. By default the first mask of the inputs, if
   * the layer supports masks.
   */
  computeMask(_inputs: Tree, mask: Masks): Masks {
    return this.supportsMasking ? firstMask(mask) : undefined
  }

  /**
   * The penalty on the parameter `key`. By default the option `kernelRegularizer` for the key `kernel`, `recurrentRegularizer`
   * for `recurrentKernel`.
   */
  regularizerOf(key: string): Regularizer | undefined {
    return this.optionOf(key, 'Regularizer') as Regularizer | undefined
  }

  /** The constraint on the parameter `key` after each update; found like `regularizerOf`. */
  constraintOf(key: string): Constraint | undefined {
    return this.optionOf(key, 'Constraint') as Constraint | undefined
  }

  /** Whether the parameter `key` keeps its value while the layer is trained, as one that low-rank matrices adapt. */
  isFrozen(_key: string): boolean {
    return false
  }

  override toSpec(): object {
    const spec = withSharedIds(this, () => super.toSpec())
    const { trainable } = this
    const sharedId = sharedIdOf(this)
    return {
      ...spec,
      ...(trainable !== ((this.config as LayerConfig).trainable ?? true) && { trainable }),
      ...(sharedId !== undefined && { sharedId }),
    }
  }

  private optionOf(key: string, option: string): unknown {
    const options = this.options as Readonly<Record<string, unknown>>
    return options[`${key}${option}`] ?? options[`${key.replace(/Kernel$/, '')}${option}`] ?? undefined
  }
}

/** The config with the current policy, if that is not float32, so that the layer keeps it. */
function withPolicy<A extends readonly [config?: object]>(argument: A): A {
  const policy = currentDTypePolicy()
  if (policy === 'float32') return argument
  return [{ dtype: policy, ...argument[0] }] as unknown as A
}
