import type { DType, FloatDType, Shape, Tensor, Tree } from '@gradus/tensor'
import { type ConfigArgument, Configured } from './configured.ts'
import type { Constraint } from './constraint.ts'
import { currentDTypePolicy, type DTypePolicy, dtypePolicies, dtypesOf } from './dtype-policy.ts'
import type { Field, Fields } from './fields.ts'
import { inferLayer, type SymbolicAval, type SymbolicShape } from './infer.ts'
import type { Regularizer } from './regularizer.ts'
import type { Rng } from './rng.ts'

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

/** What `apply` works with. */
export interface Scope<L extends { readonly Params: unknown; readonly State: unknown }> {
  /** Trained tensors, as `init` made them. */
  readonly params: L['Params']
  /** Tensors that change without a gradient (moving averages), as `initState` made them. */
  readonly state: L['State']
  /** Random numbers of this step; the same at every call within it. */
  readonly rng: Rng
  readonly training: boolean
  /** Which steps of the input count: bool `[batch, time]`. One per input where there are several. */
  readonly mask?: Tensor | readonly (Tensor | undefined)[]
  /** Adds a scalar to the loss. */
  addLoss(loss: Tensor): void
}

/** The output, or several, or `[output, newState]`. */
export type LayerResult<S> = Tensor | readonly Tensor[] | readonly [Tensor | readonly Tensor[], S]

/**
 * A building block of models. It is pure: parameters and state come in through the scope, the output (and new state) goes
 * out, so one instance can be shared, traced and differentiated.
 *
 * `C` is the config, `P` the parameters, `S` the state. A layer of several inputs takes an array of tensors and of shapes.
 * Shapes of outputs are inferred by running `apply` on shapes alone.
 *
 * A parameter called `kernel` belongs to the options `kernelInitializer`, `kernelRegularizer` and `kernelConstraint`;
 * `recurrentKernel` to `recurrentInitializer` and so on.
 */
export abstract class Layer<C extends object = object, P extends Tree = Tree, S extends Tree = Tree> extends Configured<
  'layer',
  C & LayerConfig
> {
  static readonly kind = 'layer'
  static override readonly fields: Readonly<Record<string, Field>> = {
    name: 'string',
    trainable: 'boolean',
    dtype: { oneOf: dtypePolicies },
    inputShape: 'shape',
    activityRegularizer: 'regularizer',
  } satisfies Fields<LayerConfig>

  /** For types only. */
  declare readonly Params: P
  /** For types only. */
  declare readonly State: S

  private trains: boolean | undefined

  constructor(...config: ConfigArgument<C & LayerConfig>) {
    super(...withPolicy(config))
  }

  /** Whether training changes the parameters. May be set before `compile`. */
  get trainable(): boolean {
    return this.trains ?? (this.config as LayerConfig).trainable ?? true
  }

  set trainable(value: boolean) {
    this.trains = value
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

  /** The dtype that inputs are expected in; floating inputs are cast to it. Layers of indices override it. */
  get inputDType(): DType {
    return this.computeDType
  }

  private get policy(): DTypePolicy {
    return (this.config as LayerConfig).dtype ?? 'float32'
  }

  /** Whether a mask on the input is used or handed on. */
  get supportsMasking(): boolean {
    return false
  }

  /** Makes the parameters for inputs of `inputShape` (batch first). Throws `ShapeError` for a shape it cannot take. */
  init(_rng: Rng, _inputShape: Shape | readonly Shape[]): P {
    return {} as P
  }

  /** Makes the state for inputs of `inputShape` (batch first). */
  initState(_inputShape: Shape | readonly Shape[]): S {
    return {} as S
  }

  abstract apply(inputs: Tensor | readonly Tensor[], scope: Scope<this>): LayerResult<S>

  /** The mask of the output; by default the one of the input, where the layer supports masks. */
  computeMask(_inputs: Tensor | readonly Tensor[], mask: Scope<this>['mask']): Tensor | undefined {
    if (!this.supportsMasking) return undefined
    return Array.isArray(mask) ? (mask as readonly (Tensor | undefined)[]).find((m) => m) : (mask as Tensor | undefined)
  }

  /**
   * The penalty on a parameter. By convention the option `kernelRegularizer` for the key `kernel`, `recurrentRegularizer`
   * for `recurrentKernel`; a layer that takes names for it returns the instance.
   */
  regularizerOf(key: string): Regularizer | undefined {
    return this.optionOf(key, 'Regularizer') as Regularizer | undefined
  }

  /** What a parameter is projected to after each update; found like `regularizerOf`. */
  constraintOf(key: string): Constraint | undefined {
    return this.optionOf(key, 'Constraint') as Constraint | undefined
  }

  private optionOf(key: string, option: string): unknown {
    const config = this.config as Readonly<Record<string, unknown>>
    return config[`${key}${option}`] ?? config[`${key.replace(/Kernel$/, '')}${option}`] ?? undefined
  }

  /** Applies the layer to symbolic tensors, to build a functional `Model`: `const h = new Dense({ units: 8 }).call(x)`. */
  call(inputs: SymbolicTensor | readonly SymbolicTensor[]): SymbolicTensor {
    const outputs = this.callAll(inputs)
    if (outputs.length !== 1) {
      throw new TypeError(`${this.type} has ${outputs.length} outputs; use callAll(...), which returns all of them.`)
    }
    return outputs[0]!
  }

  /** Like `call`, for layers with several outputs. */
  callAll(inputs: SymbolicTensor | readonly SymbolicTensor[]): SymbolicTensor[] {
    return applySymbolically(this as unknown as Layer, inputs)
  }
}

/** The config with the present policy, where that is not the usual one: the layer keeps it. */
function withPolicy<A extends readonly [config?: object]>(argument: A): A {
  const policy = currentDTypePolicy()
  if (policy === 'float32') return argument
  return [{ dtype: policy, ...argument[0] }] as unknown as A
}

/** One call of a layer in a functional model. */
export interface LayerCall {
  readonly layer: Layer
  readonly inputs: readonly SymbolicTensor[]
  /** Whether the layer was given an array. */
  readonly many: boolean
  readonly outputs: readonly SymbolicTensor[]
}

/** A tensor in a functional model: the result of calling a layer, with a shape and no value. */
export class SymbolicTensor implements SymbolicAval {
  constructor(
    readonly shape: SymbolicShape,
    readonly dtype: DType,
    readonly source: LayerCall,
  ) {}
}

/** The symbolic outputs of a call whose output shapes are known. */
export function symbolicOutputs(
  layer: Layer,
  inputs: readonly SymbolicTensor[],
  many: boolean,
  avals: readonly SymbolicAval[],
): SymbolicTensor[] {
  const outputs: SymbolicTensor[] = []
  const source: LayerCall = { layer, inputs, many, outputs }
  for (const { shape, dtype } of avals) outputs.push(new SymbolicTensor(shape, dtype, source))
  return outputs
}

function applySymbolically(layer: Layer, inputs: SymbolicTensor | readonly SymbolicTensor[]): SymbolicTensor[] {
  const many = Array.isArray(inputs)
  const list = (many ? inputs : [inputs]) as readonly SymbolicTensor[]
  for (const input of list) {
    if (!(input instanceof SymbolicTensor)) {
      throw new TypeError(
        `${layer.type}.call takes symbolic tensors, made by input({ shape }) or by another layer's call. To run a model on values use predict.`,
      )
    }
  }
  return symbolicOutputs(layer, list, many, inferLayer(layer, list, many).outputs)
}
