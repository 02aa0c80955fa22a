import type { ConfigOf, FieldTable, OptionsOf, Rng, Scope } from '@gradus/core'
import { add, cast, concat, full, mul, reshape, type Shape, sliceAxis, type Tensor } from '@gradus/tensor'
import * as activations from '../activations/index.ts'
import * as constraints from '../constraints/index.ts'
import { floatInput } from '../float-input.ts'
import * as initializers from '../initializers/index.ts'
import { activationKind, constraintKind, initializerKind, regularizerKind } from '../option-kinds.ts'
import * as regularizers from '../regularizers/index.ts'
import { asSequence, type CellSteps, RecurrentCell, singleStep, stateList } from './cell.ts'
import { dropoutMasks } from './dropout-masks.ts'
import type { CellStates } from './run-steps.ts'

/** The fields of `GatedConfig`. */
export const gatedFields = {
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

/** Options of cells with a kernel for the input and one for the state. */
export interface GatedConfig extends ConfigOf<typeof gatedFields> {}

/** The complete options of `GatedCell`. */
export type GatedOptions = OptionsOf<typeof gatedFields>

/** The parameters of `GatedCell`. The last axes of the kernels are those of the gates, one after the other. */
export type GatedParams = {
  readonly kernel: Tensor
  readonly recurrentKernel: Tensor
  readonly bias?: Tensor
}

/** A tensor, or what a tensor will be like. */
type TensorType = { readonly shape: Shape; readonly dtype: Tensor['dtype'] }

/** The base class of cells that multiply the input and the previous output by kernels with a part for each gate. */
export abstract class GatedCell<C extends GatedConfig = GatedConfig> extends RecurrentCell<C, GatedParams> {
  static override readonly fields: FieldTable = gatedFields
  declare readonly options: GatedOptions

  /** The number of gates. */
  protected abstract readonly gates: number

  /** The size of each gate. */
  protected abstract get gateSize(): number

  /** The product of a sequence `[time, batch, ...]` with a part of the kernel. */
  protected abstract inputProduct(sequence: Tensor, kernel: Tensor): Tensor

  /** The product of a state with a part of the recurrent kernel. */
  protected abstract stateProduct(state: Tensor, kernel: Tensor): Tensor

  /** The shape of the states for a step of the input of this shape. */
  protected abstract stateShape(step: Shape): Shape

  /** The number of axes after that of the gates. */
  protected get axesAfterGates(): number {
    return 0
  }

  override zeroStates(x: Tensor): CellStates {
    return this.stateSizes.map(() => full(this.stateShape(x.shape), 0, this.computeDType, x))
  }

  apply(x: Tensor, scope: Scope<this>): [output: Tensor, states: CellStates] {
    const given = stateList(scope.options.states ?? this.zeroStates(x)) as readonly Tensor[]
    const states = given.map((state) => cast(state, this.computeDType))
    return singleStep(this.start(asSequence(x), scope), states)
  }

  override start(sequence: Tensor, scope: Scope<this>): CellSteps {
    return this.stepsFor(floatInput(this, sequence), scope)
  }

  /** The steps of a sequence of floats. */
  protected abstract stepsFor(sequence: Tensor, scope: Scope<this>): CellSteps

  /** Makes the parameters for kernels with these first axes. */
  protected makeParams(rng: Rng, kernelAxes: Shape, recurrentAxes: Shape): GatedParams {
    const { useBias, kernelInitializer, recurrentInitializer } = this.options
    const last = this.gates * this.gateSize
    return {
      kernel: kernelInitializer.make(rng.next(), [...kernelAxes, last], this.dtype),
      recurrentKernel: recurrentInitializer.make(rng.next(), [...recurrentAxes, last], this.dtype),
      ...(useBias ? { bias: this.makeBias(rng) } : {}),
    }
  }

  protected makeBias(rng: Rng): Tensor {
    return this.options.biasInitializer.make(rng.next(), [this.gates * this.gateSize], this.dtype)
  }

  /** The number of masks of dropped inputs: one for all gates, or one for each. */
  protected get inputMasks(): number {
    return this.gates
  }

  /** The product of a sequence and the kernel, plus the bias, with inputs dropped in training. */
  protected inputPart(sequence: Tensor, { params, rng, training }: Scope<this>, bias: Tensor | undefined): Tensor {
    const { kernel } = params
    const step = { shape: sequence.shape.slice(1), dtype: sequence.dtype }
    const masks = training
      ? dropoutMasks(this.stream(rng), this.options.dropout, step, this.inputMasks)?.map((mask) => asSequence(mask))
      : undefined
    const product = !masks
      ? this.inputProduct(sequence, kernel)
      : masks.length === 1
        ? this.inputProduct(mul(sequence, masks[0]!), kernel)
        : this.joined(masks.map((mask, index) => this.inputProduct(mul(sequence, mask), this.columns(kernel, index))))
    return bias ? add(product, reshape(bias, [bias.size, ...new Array<number>(this.axesAfterGates).fill(1)])) : product
  }

  /**
   * A function that multiplies the previous output, with dropout, by the parts of the recurrent kernel for the gates from `first`
   * to before `end`.
   */
  protected statePart(
    { params, rng, training }: Scope<this>,
    sequence: TensorType,
  ): (h: Tensor, first?: number, end?: number) => Tensor {
    const { recurrentKernel } = params
    const { gates } = this
    const state = { shape: this.stateShape(sequence.shape.slice(1)), dtype: sequence.dtype }
    const masks = training
      ? dropoutMasks(this.stream(rng).fork('recurrent'), this.options.recurrentDropout, state, gates)
      : undefined
    return (h, first = 0, end = gates) => {
      if (!masks) {
        const whole = first === 0 && end === gates
        return this.stateProduct(h, whole ? recurrentKernel : this.columns(recurrentKernel, first, end - first))
      }
      const parts = masks.slice(first, end).map((mask, i) => {
        return this.stateProduct(mul(h, mask), this.columns(recurrentKernel, first + i))
      })
      return this.joined(parts)
    }
  }

  /** The part of one gate. */
  protected gate(x: Tensor, index: number): Tensor {
    return sliceAxis(x, x.rank - 1 - this.axesAfterGates, index * this.gateSize, this.gateSize)
  }

  /** The parts of a kernel for some gates, by default one. */
  private columns(kernel: Tensor, first: number, count = 1): Tensor {
    return sliceAxis(kernel, kernel.rank - 1, first * this.gateSize, count * this.gateSize)
  }

  /** The parts of several gates as one tensor. */
  private joined(parts: readonly Tensor[]): Tensor {
    return parts.length === 1 ? parts[0]! : concat(parts, parts[0]!.rank - 1 - this.axesAfterGates)
  }

  private stream(rng: Rng): Rng {
    const { seed } = this.options
    return seed === undefined ? rng : rng.fork(String(seed))
  }
}
