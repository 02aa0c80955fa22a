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
import { layersAmong } from './sublayers.ts'

/** Options that every layer takes. */
export interface LayerConfig {
  /** Name within the model; by default the type in snake_case with a number, as in Keras. */
  readonly name?: string
  /** Whether training changes the layer's parameters (default true). */
  readonly trainable?: boolean
  /** Dtype of the layer's parameters and computations (default: what `useDTypePolicy` says, float32 at first). */
  readonly dtype?: DTypePolicy
  /** Shape of one sample, for the first layer of a `Sequential`. */
  readonly inputShape?: SymbolicShape
  /** Penalty on the layer's output, added to the loss divided by the batch size. */
  readonly activityRegularizer?: Regularizer
}

/** The config `C` of a layer with the options that every layer takes. */
export type LayerOptions<C extends object> = C & Omit<LayerConfig, keyof C>

/** Which entries of a tensor count, as bool: a mask, one per tensor where there are several, undefined where all count. */
export type Masks = Structure<Tensor | undefined>

/** The shape of each input, batch first, in the structure of the inputs. */
export type InputShape = Structure<Shape>

/** What every call of a layer may be given. */
export interface CallOptions {
  /** Whether the call is part of training; by default as the call around it. */
  readonly training?: boolean
  /** Instead of the masks that come with the inputs. */
  readonly mask?: Masks
}

/** What `apply` works with. */
export interface Scope<L extends LayerTypes = LayerTypes> {
  /** The layer's own parameters, as `init` made them. */
  readonly params: L['Params']
  /** Tensors that change without a gradient (moving averages), as `initState` made them. */
  readonly state: L['State']
  /** Random numbers of this call. */
  readonly rng: Rng
  readonly training: boolean
  /** Which steps of the input count: bool `[batch, time]`. One per input where there are several. */
  readonly mask: Masks
  /** What this call was given besides `training` and `mask`, such as `initialState`. */
  readonly options: L['Options']
  /** Adds a scalar to the loss. */
  addLoss(loss: Tensor): void
  /** The state after this call, in the form of the old one. */
  setState(next: L['State']): void
  /** Calls a sublayer; with its own parameters, state, dtype, seed, mask and penalties. For a layer with one output. */
  call<L extends BaseLayer>(layer: L, inputs: Tree, options?: CallOptions & Partial<L['Options']>): Tensor
  /** Like `call`, for a layer with several outputs. */
  callAll<L extends BaseLayer>(layer: L, inputs: Tree, options?: CallOptions & Partial<L['Options']>): Tree
  /** Like `callAll`, with other parameters than the sublayer's own, which are `scope.of(layer, inputs).params`. */
  callWith<L extends BaseLayer>(
    params: Tree,
    layer: L,
    inputs: Tree,
    options?: CallOptions & Partial<L['Options']>,
  ): Tree
  /**
   * The scope in which a sublayer works on inputs like these, for layers that call other methods of it than `apply`: a
   * recurrent layer prepares the steps of its cell. What the sublayer gives is not cast, masked or penalized.
   */
  of<L extends BaseLayer>(layer: L, inputs: Tree, options?: CallOptions & object): Scope<L>
  /** Whether a sublayer, or a layer within it, has state. */
  hasState(layer: BaseLayer): boolean
  /** The mask of a tensor that a sublayer has given. */
  maskOf(x: Tensor): Tensor | undefined
}

/** The types that a layer's `apply` works with. */
export interface LayerTypes {
  readonly Params: unknown
  readonly State: unknown
  readonly Options: unknown
}

/**
 * The contract of a layer. It is pure: parameters and state come in through the scope, outputs and new state go out, so one
 * instance can be shared, traced and differentiated. `Layer` adds `call`.
 */
export abstract class BaseLayer<
  C extends object = object,
  P extends Tree = Tree,
  S extends Tree = Tree,
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

  /** Options of a call besides `training` and `mask`, described like those of the class. */
  static readonly callFields: FieldTable = {}

  /**
   * What the layer was made with. Its penalty on the output may be a name and its dtype a policy: read them from
   * `activityRegularizer`, `dtype` and `computeDType`.
   */
  declare readonly config: C & Omit<LayerConfig, keyof C | 'activityRegularizer' | 'dtype'>
  /** For types only. */
  declare readonly Params: P
  /** For types only. */
  declare readonly State: S
  /** For types only: the options of a call. */
  declare readonly Options: O

  private trains: boolean | undefined

  constructor(...config: ConfigArgument<LayerOptions<C>>) {
    super(...(withPolicy(config) as unknown as ConfigArgument<C>))
    const { activityRegularizer } = this
    if (typeof activityRegularizer !== 'string') return
    throw new ConfigError(
      `${this.type}: 'activityRegularizer' is the name ${describeValue(activityRegularizer)}, and this layer takes an instance only, such as new L2({ l2: 0.01 }).`,
    )
  }

  /**
   * The layers that this one calls, by name: those among its options and its own properties, alone, in lists or in plain
   * objects. Their parameters, state, penalties, seeds and saved weights are found through it.
   */
  sublayers(): Readonly<Record<string, BaseLayer>> {
    return layersAmong(this, BaseLayer) as Record<string, BaseLayer>
  }

  /** Whether training changes the parameters. May be set before `compile`; sublayers are set too. */
  get trainable(): boolean {
    return this.trains ?? (this.config as LayerConfig).trainable ?? true
  }

  set trainable(value: boolean) {
    this.trains = value
    for (const layer of Object.values(this.sublayers())) layer.trainable = value
  }

  /** The dtype of the parameters. */
  get dtype(): FloatDType {
    return dtypesOf(this.policy).variables
  }

  /** The dtype that the layer computes in, and of its floating outputs. */
  get computeDType(): FloatDType {
    return dtypesOf(this.policy).compute
  }

  /** Whether the layer computes in the dtype of its parameters whatever the policy, and only its outputs follow that. */
  get fullPrecision(): boolean {
    return false
  }

  /** Whether floating inputs are cast to the dtype that the layer computes in, and floating outputs come in it. */
  get autocast(): boolean {
    return true
  }

  /** The dtype of an input that is made for the layer, as a `Sequential` does. Layers of indices override it. */
  get inputDType(): SymbolicDType {
    return this.dtype
  }

  /** Whether the layer works on the host, before tensors are made; see `HostLayer`. */
  get onHost(): boolean {
    return false
  }

  /** Whether inputs may be strings. */
  get takesStrings(): boolean {
    return this.onHost
  }

  private get policy(): DTypePolicy {
    return (this.config as LayerConfig).dtype ?? 'float32'
  }

  /** The penalty on the outputs. */
  get activityRegularizer(): Regularizer | undefined {
    return (this.options as LayerConfig).activityRegularizer
  }

  /** Whether a mask on the input is used or handed on. */
  get supportsMasking(): boolean {
    return false
  }

  /** How the layer is called in a model where it has no name. */
  get defaultName(): string {
    return snakeCase(this.type)
  }

  /**
   * Makes the parameters for inputs of `inputShape` (batch first), and sublayers whose options depend on it. Throws
   * `ShapeError` for a shape it cannot take.
   */
  init(_rng: Rng, _inputShape: InputShape): P {
    return {} as P
  }

  /** Makes the state for inputs of `inputShape` (batch first). */
  initState(_rng: Rng, _inputShape: InputShape): S {
    return {} as S
  }

  /** What is made of inputs on the host before `apply` sees them: models run those of their first layers that work there. */
  prepare(inputs: Named<HostValues>): Named<HostValues> {
    return inputs
  }

  /** The output, or outputs in lists and plain objects. */
  abstract apply(inputs: Tree, scope: Scope<this>): Tree

  /**
   * The mask of each output, in their order; a mask alone belongs to the first one. By default the first mask of the
   * inputs, where the layer supports masks.
   */
  computeMask(_inputs: Tree, mask: Masks): Masks {
    return this.supportsMasking ? firstMask(mask) : undefined
  }

  /**
   * The penalty on a parameter. By convention the option `kernelRegularizer` for the key `kernel`, `recurrentRegularizer`
   * for `recurrentKernel`.
   */
  regularizerOf(key: string): Regularizer | undefined {
    return this.optionOf(key, 'Regularizer') as Regularizer | undefined
  }

  /** What a parameter is projected to after each update; found like `regularizerOf`. */
  constraintOf(key: string): Constraint | undefined {
    return this.optionOf(key, 'Constraint') as Constraint | undefined
  }

  override toSpec(): object {
    const spec = super.toSpec()
    const { trainable } = this
    return trainable === ((this.config as LayerConfig).trainable ?? true) ? spec : { ...spec, trainable }
  }

  private optionOf(key: string, option: string): unknown {
    const options = this.options as Readonly<Record<string, unknown>>
    return options[`${key}${option}`] ?? options[`${key.replace(/Kernel$/, '')}${option}`] ?? undefined
  }
}

/** The first mask of a structure of masks. */
export function firstMask(masks: Masks): Tensor | undefined {
  return masksIn(masks).find((mask) => mask)
}

/** The masks of a structure in order, undefined ones included. */
export function masksIn(masks: Masks): (Tensor | undefined)[] {
  if (masks === undefined || masks === null) return [undefined]
  if (Array.isArray(masks)) return masks.flatMap(masksIn)
  if (Object.getPrototypeOf(masks) === Object.prototype) return Object.values(masks as object).flatMap(masksIn)
  return [masks as Tensor]
}

/** The config with the present policy, where that is not the usual one: the layer keeps it. */
function withPolicy<A extends readonly [config?: object]>(argument: A): A {
  const policy = currentDTypePolicy()
  if (policy === 'float32') return argument
  return [{ dtype: policy, ...argument[0] }] as unknown as A
}
