import {
  type ConfigOf,
  type FieldTable,
  firstShape,
  type InputShape,
  type OptionsOf,
  type Rng,
  type Scope,
} from '@gradus/core'
import { add, concat, matmul, mul, reshape, sliceAxis, type Tensor } from '@gradus/tensor'
import * as activations from '../activations/index.ts'
import * as constraints from '../constraints/index.ts'
import { floatInput } from '../float-input.ts'
import * as initializers from '../initializers/index.ts'
import { activationKind, constraintKind, initializerKind, regularizerKind } from '../option-kinds.ts'
import * as regularizers from '../regularizers/index.ts'
import { asSequence, type CellSteps, RecurrentCell, type StateSizes, singleStep } from './cell.ts'
import { dropoutMasks } from './dropout-masks.ts'
import type { CellStates } from './run-steps.ts'

/** The fields of `UnitsConfig`. */
export const unitsFields = {
  /** Size of the output and of each state. */
  units: { type: 'integer', min: 1, required: true, example: '8' },
  /** The activation of the candidate and the output. */
  activation: { type: activationKind, among: activations, default: 'tanh', whenNull: 'linear' },
  useBias: { type: 'boolean', default: true },
  kernelInitializer: { type: initializerKind, among: initializers, default: 'glorotUniform' },
  recurrentInitializer: { type: initializerKind, among: initializers, default: 'orthogonal' },
  biasInitializer: { type: initializerKind, among: initializers, default: 'zeros' },
  kernelRegularizer: { type: regularizerKind, among: regularizers },
  recurrentRegularizer: { type: regularizerKind, among: regularizers },
  biasRegularizer: { type: regularizerKind, among: regularizers },
  kernelConstraint: { type: constraintKind, among: constraints },
  recurrentConstraint: { type: constraintKind, among: constraints },
  biasConstraint: { type: constraintKind, among: constraints },
  /** The fraction of the inputs that is dropped in training, the same inputs at every time step. */
  dropout: { type: 'number', min: 0, max: 1, default: 0 },
  /** The fraction of the previous output that is dropped in training, the same units at every time step. */
  recurrentDropout: { type: 'number', min: 0, max: 1, default: 0 },
  /** Layers with different seeds drop different values. Which ones also depends on the model's seed and the train step. */
  seed: 'integer',
} as const

/** Options of cells with states of `units` numbers. */
export interface UnitsConfig extends ConfigOf<typeof unitsFields> {}

/** The complete options of `UnitsCell`. */
export type UnitsOptions = OptionsOf<typeof unitsFields>

/** The parameters of `UnitsCell`. */
export type UnitsParams = {
  /** `[inputs, gates * units]` */
  readonly kernel: Tensor
  /** `[units, gates * units]` */
  readonly recurrentKernel: Tensor
  readonly bias?: Tensor
}

/** The base class of cells that multiply the input and the previous output by kernels with `units` columns for each gate. */
export abstract class UnitsCell<C extends UnitsConfig = UnitsConfig> extends RecurrentCell<C, UnitsParams> {
  static override readonly fields: FieldTable = unitsFields
  declare readonly options: UnitsOptions

  /** The number of gates. */
  protected abstract readonly gates: number

  get stateSizes(): StateSizes {
    return [this.options.units]
  }

  override init(rng: Rng, inputShape: InputShape): UnitsParams {
    const { units, useBias, kernelInitializer, recurrentInitializer } = this.options
    const inputs = firstShape(inputShape).at(-1)!
    const columns = this.gates * units
    return {
      kernel: kernelInitializer.make(rng.next(), [inputs, columns], this.dtype),
      recurrentKernel: recurrentInitializer.make(rng.next(), [units, columns], this.dtype),
      ...(useBias ? { bias: this.makeBias(rng) } : {}),
    }
  }

  apply(x: Tensor, scope: Scope<this>): [output: Tensor, states: CellStates] {
    return singleStep(this.start(asSequence(x), scope), scope.options.states ?? this.zeroStates(x))
  }

  override start(sequence: Tensor, scope: Scope<this>): CellSteps {
    return this.stepsFor(floatInput(this, sequence), scope)
  }

  /** The steps of a sequence of floats. */
  protected abstract stepsFor(sequence: Tensor, scope: Scope<this>): CellSteps

  protected makeBias(rng: Rng): Tensor {
    return this.options.biasInitializer.make(rng.next(), [this.gates * this.options.units], this.dtype)
  }

  /** x kernel + bias for a sequence `[time, batch, inputs]`, with inputs dropped in training. */
  protected inputPart(sequence: Tensor, { params, rng, training }: Scope<this>, bias: Tensor | undefined): Tensor {
    const { dropout, recurrentDropout } = this.options
    const [, batch, inputs] = sequence.shape as [number, number, number]
    // with recurrent dropout each gate has a separate mask, otherwise they share one
    const count = recurrentDropout > 0 ? this.gates : 1
    const masks = training
      ? dropoutMasks(this.stream(rng), dropout, { shape: [batch, inputs], dtype: sequence.dtype }, count)
      : undefined
    const masked = (mask: Tensor) => mul(sequence, reshape(mask, [1, batch, inputs]))
    const product = !masks
      ? matmul(sequence, params.kernel)
      : masks.length === 1
        ? matmul(masked(masks[0]!), params.kernel)
        : concat(
            masks.map((mask, gate) => matmul(masked(mask), this.gate(params.kernel, gate))),
            2,
          )
    return bias ? add(product, bias) : product
  }

  /**
   * A function that multiplies the previous output, with dropout, by the columns of the recurrent kernel for the gates from
   * `first` to before `end`.
   */
  protected statePart(
    { params, rng, training }: Scope<this>,
    x: { readonly shape: readonly number[]; readonly dtype: Tensor['dtype'] },
  ): (h: Tensor, first?: number, end?: number) => Tensor {
    const { units, recurrentDropout } = this.options
    const { recurrentKernel } = params
    const { gates } = this
    const shape = { shape: [x.shape[1]!, units], dtype: x.dtype }
    const masks = training
      ? dropoutMasks(this.stream(rng).fork('recurrent'), recurrentDropout, shape, gates)
      : undefined
    return (h, first = 0, end = gates) => {
      if (!masks) {
        const whole = first === 0 && end === gates
        return matmul(h, whole ? recurrentKernel : sliceAxis(recurrentKernel, 1, first * units, (end - first) * units))
      }
      const parts = masks
        .slice(first, end)
        .map((mask, i) => matmul(mul(h, mask), this.gate(recurrentKernel, first + i)))
      return parts.length === 1 ? parts[0]! : concat(parts, 1)
    }
  }

  /** The columns of one gate. */
  protected gate(x: Tensor, index: number): Tensor {
    const { units } = this.options
    return sliceAxis(x, x.rank - 1, index * units, units)
  }

  private stream(rng: Rng): Rng {
    const { seed } = this.options
    return seed === undefined ? rng : rng.fork(String(seed))
  }
}
