import { type Activation, type Initializer, Layer, type LayerConfig, type Rng, type Scope } from '@gradus/core'
import {
  add,
  broadcastTo,
  concat,
  full,
  matmul,
  mul,
  reshape,
  type Shape,
  sliceAxis,
  type Tensor,
  transpose,
  zeros,
} from '@gradus/tensor'
import { resolveActivation } from '../activations/resolve.ts'
import { resolveInitializer } from '../initializers/resolve.ts'
import { firstShape, shapeError } from '../layer-shapes.ts'
import { withInstances } from '../named-options.ts'
import { fraction, wholeNumber } from '../option-checks.ts'
import { dropoutMasks } from './dropout-masks.ts'
import { type LSTMConfig, lstmFields } from './lstm-config.ts'
import { type RecurrentStep, runSteps } from './run-steps.ts'

export type LSTMParams = {
  /** `[inputs, 4 units]`: input gate, forget gate, candidate, output gate. */
  readonly kernel: Tensor
  /** `[units, 4 units]` */
  readonly recurrentKernel: Tensor
  /** `[4 units]` */
  readonly bias?: Tensor
}

export type LSTMState = {
  /** With `stateful`: the output and the carry after the last batch, `[batch, units]`. */
  readonly hidden?: Tensor
  readonly carry?: Tensor
}

/**
 * A long short-term memory: `[batch, time, inputs]` gives `[batch, units]`, or `[batch, time, units]` with
 * `returnSequences`, followed by the two final states with `returnState`. Initial states are given as further inputs:
 * `[x, h, c]`. A masked step repeats the previous output. Throws `ShapeError` for other ranks.
 * Keras: `LSTM` (Hochreiter and Schmidhuber, 1997).
 *
 * @example
 * import { Rng } from '@gradus/core'
 * import { LSTM } from '@gradus/layers'
 * import { zeros } from '@gradus/tensor'
 * const layer = new LSTM({ units: 2, returnSequences: true })
 * const scope = { params: layer.init(new Rng(1), [1, 3, 4]), state: {}, rng: new Rng(1), training: false, addLoss() {} }
 * layer.apply(zeros([1, 3, 4]), scope).shape // => [1, 3, 2]
 */
export class LSTM extends Layer<LSTMConfig, LSTMParams, LSTMState> {
  static readonly type = 'LSTM'
  static override readonly fields = lstmFields
  private readonly activation: Activation
  private readonly recurrentActivation: Activation
  private readonly initializers: Record<'kernel' | 'recurrent' | 'bias', Initializer>

  constructor(config: LSTMConfig & LayerConfig) {
    super(withInstances('LSTM', config))
    wholeNumber('LSTM', 'units', this.config.units)
    fraction('LSTM', 'dropout', config.dropout)
    fraction('LSTM', 'recurrentDropout', config.recurrentDropout)
    // no activation at all is null; nothing said is the default
    this.activation = resolveActivation(
      config.activation === undefined ? 'tanh' : config.activation,
      'LSTM: activation',
    )
    this.recurrentActivation = resolveActivation(
      config.recurrentActivation === undefined ? 'sigmoid' : config.recurrentActivation,
      'LSTM: recurrentActivation',
    )
    this.initializers = {
      kernel: resolveInitializer(config.kernelInitializer ?? 'glorotUniform', 'LSTM: kernelInitializer'),
      recurrent: resolveInitializer(config.recurrentInitializer ?? 'orthogonal', 'LSTM: recurrentInitializer'),
      bias: resolveInitializer(config.biasInitializer ?? 'zeros', 'LSTM: biasInitializer'),
    }
  }

  override get supportsMasking(): boolean {
    return true
  }

  override init(rng: Rng, inputShape: Shape | readonly Shape[]): LSTMParams {
    const shape = firstShape(inputShape)
    this.requireSequence(shape)
    const { units, useBias = true } = this.config
    return {
      kernel: this.initializers.kernel.make(rng.next(), [shape[2]!, 4 * units], this.dtype),
      recurrentKernel: this.initializers.recurrent.make(rng.next(), [units, 4 * units], this.dtype),
      ...(useBias ? { bias: this.makeBias(rng) } : {}),
    }
  }

  override initState(inputShape: Shape | readonly Shape[]): LSTMState {
    if (!this.config.stateful) return {}
    const shape = [firstShape(inputShape)[0]!, this.config.units]
    return { hidden: zeros(shape, this.dtype), carry: zeros(shape, this.dtype) }
  }

  apply(
    inputs: Tensor | readonly Tensor[],
    scope: Scope<this>,
  ): Tensor | readonly Tensor[] | [Tensor | readonly Tensor[], LSTMState] {
    const [x, ...given] = (Array.isArray(inputs) ? inputs : [inputs]) as [Tensor, ...Tensor[]]
    this.requireSequence(x.shape)
    const initial = this.initialStates(x, given, scope.state)
    const mask = (Array.isArray(scope.mask) ? scope.mask[0] : scope.mask) as Tensor | undefined
    const { returnState, stateful } = this.config
    const { fromInput, step } = this.parts(x, scope)
    const { output, states } = runSteps(fromInput, initial, step, { ...this.config, ...(mask && { mask }) })
    const outputs = returnState ? [output, ...states] : output
    return stateful ? [outputs, { hidden: states[0]!, carry: states[1]! }] : outputs
  }

  /** None. Keras 3.16 does not hand the mask on to later layers either (3.15 did), as recorded models show. */
  override computeMask(): undefined {
    return undefined
  }

  private makeBias(rng: Rng): Tensor {
    const { units, unitForgetBias = true } = this.config
    const make = (size: number) => this.initializers.bias.make(rng.next(), [size], this.dtype)
    return unitForgetBias ? concat([make(units), full([units], 1, this.dtype), make(2 * units)]) : make(4 * units)
  }

  /** The given states, those of the batch before, or zeros. */
  private initialStates(x: Tensor, given: readonly Tensor[], { hidden, carry }: LSTMState): [Tensor, Tensor] {
    const shape = [x.shape[0]!, this.config.units]
    if (given.length === 2) return given as [Tensor, Tensor]
    if (given.length !== 0) {
      throw shapeError(
        this,
        'a sequence, or a sequence and two states',
        x.shape,
        `It got ${given.length} states; give [x, h, c].`,
      )
    }
    if (!hidden || !carry) return [full(shape, 0, x.dtype, x), full(shape, 0, x.dtype, x)]
    // A model that does not know its batch size makes states for one sample; the first batch decides.
    if (hidden.shape[0] !== 1 && hidden.shape[0] !== shape[0]) {
      throw shapeError(
        this,
        `batches of ${hidden.shape[0]} samples, because it is stateful`,
        x.shape,
        'Give all batches one size, and leave out a smaller last one.',
      )
    }
    return [broadcastTo(hidden, shape), broadcastTo(carry, shape)]
  }

  /** What does not depend on the states, for all steps at once, `[time, batch, 4 units]`; and what happens at each step. */
  private parts(
    x: Tensor,
    { params, rng, training }: Scope<this>,
  ): { readonly fromInput: Tensor; readonly step: RecurrentStep } {
    const { units, dropout = 0, recurrentDropout = 0, seed } = this.config
    const { recurrentKernel } = params
    const stream = seed === undefined || seed === null ? rng : rng.fork(String(seed))
    const batch = x.shape[0]!
    // with recurrent dropout each gate has masks of its own, otherwise they share one
    const kinds = recurrentDropout > 0 ? 4 : 1
    const inputMasks = training
      ? dropoutMasks(stream, dropout, { shape: [batch, x.shape[2]!], dtype: x.dtype }, kinds)
      : undefined
    const stateMasks = training
      ? dropoutMasks(stream, recurrentDropout, { shape: [batch, units], dtype: x.dtype }, 4)
      : undefined
    const fromInput = this.inputPart(transpose(x, [1, 0, 2]), params, inputMasks)
    const recurrentGates = stateMasks ? gates(recurrentKernel, units) : []
    const fromState = (h: Tensor) =>
      stateMasks
        ? concat(
            stateMasks.map((mask, gate) => matmul(mul(h, mask), recurrentGates[gate]!)),
            1,
          )
        : matmul(h, recurrentKernel)

    const step: RecurrentStep = (input, [h, c]) => {
      const [zi, zf, zc, zo] = gates(add(input, fromState(h!)), units) as [Tensor, Tensor, Tensor, Tensor]
      const forget = this.recurrentActivation.compute(zf)
      const carry = add(mul(forget, c!), mul(this.recurrentActivation.compute(zi), this.activation.compute(zc)))
      const output = mul(this.recurrentActivation.compute(zo), this.activation.compute(carry))
      return [output, carry]
    }
    return { fromInput, step }
  }

  /** x kernel + bias for `[time, batch, inputs]`. */
  private inputPart(x: Tensor, { kernel, bias }: LSTMParams, masks: readonly Tensor[] | undefined): Tensor {
    const masked = (mask: Tensor) => mul(x, reshape(mask, [1, x.shape[1]!, x.shape[2]!]))
    const own = gates(kernel, this.config.units)
    const product = !masks
      ? matmul(x, kernel)
      : masks.length === 1
        ? matmul(masked(masks[0]!), kernel)
        : concat(
            masks.map((mask, gate) => matmul(masked(mask), own[gate]!)),
            2,
          )
    return bias ? add(product, bias) : product
  }

  private requireSequence(shape: Shape): void {
    if (shape.length === 3 && shape[1] !== 0) return
    throw shapeError(
      this,
      'a sequence of shape [batch, time, inputs] with at least one step',
      shape,
      'Add the missing axis, as in reshape(x, [batch, time, 1]).',
    )
  }
}

/** The four parts of the last axis of a matrix: input gate, forget gate, candidate, output gate. */
function gates(x: Tensor, units: number): Tensor[] {
  return [0, 1, 2, 3].map((gate) => sliceAxis(x, 1, gate * units, units))
}
