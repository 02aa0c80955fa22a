import type { Fields } from '@gradus/core'
import type { ActivationLike } from '../activations/resolve.ts'
import type { ConstraintLike } from '../constraints/resolve.ts'
import type { InitializerLike } from '../initializers/resolve.ts'
import type { RegularizerLike } from '../regularizers/resolve.ts'

export interface LSTMConfig {
  /** Size of the output and of both states. */
  readonly units: number
  /** For the candidate and the output (default tanh). */
  readonly activation?: ActivationLike
  /** For the gates (default sigmoid). */
  readonly recurrentActivation?: ActivationLike
  /** Default true. */
  readonly useBias?: boolean
  /** Default glorotUniform. */
  readonly kernelInitializer?: InitializerLike
  /** Default orthogonal. */
  readonly recurrentInitializer?: InitializerLike
  /** Default zeros. */
  readonly biasInitializer?: InitializerLike
  /** Start the forget gate's bias at 1 (default true; Jozefowicz et al., 2015). */
  readonly unitForgetBias?: boolean
  readonly kernelRegularizer?: RegularizerLike
  readonly recurrentRegularizer?: RegularizerLike
  readonly biasRegularizer?: RegularizerLike
  readonly kernelConstraint?: ConstraintLike
  readonly recurrentConstraint?: ConstraintLike
  readonly biasConstraint?: ConstraintLike
  /** Which part of the inputs is dropped in training, the same one at every step (default 0). */
  readonly dropout?: number
  /** Which part of the previous output is dropped in training, the same one at every step (default 0). */
  readonly recurrentDropout?: number
  /** Sets this layer's dropout apart from that of other seeds; the model's seed and the step count as well. */
  readonly seed?: number
  /** The output of every step instead of the last one (default false). */
  readonly returnSequences?: boolean
  /** The two final states as further outputs (default false). */
  readonly returnState?: boolean
  /** Go from the last step to the first, and give the outputs in that order (default false). */
  readonly goBackwards?: boolean
  /** Start each batch from the states that the one before ended with; batches must then have one size (default false). */
  readonly stateful?: boolean
  /**
   * Each step as a part of the program of its own, instead of a loop (default false). As in Keras, a masked start then
   * gives zeros instead of the initial state.
   */
  readonly unroll?: boolean
  /** Zeros for masked steps instead of the previous output (default false). */
  readonly zeroOutputForMask?: boolean
}

/** The options at run time. */
export const lstmFields = {
  units: 'integer',
  activation: 'activation',
  recurrentActivation: 'activation',
  useBias: 'boolean',
  kernelInitializer: 'initializer',
  recurrentInitializer: 'initializer',
  biasInitializer: 'initializer',
  unitForgetBias: 'boolean',
  kernelRegularizer: 'regularizer',
  recurrentRegularizer: 'regularizer',
  biasRegularizer: 'regularizer',
  kernelConstraint: 'constraint',
  recurrentConstraint: 'constraint',
  biasConstraint: 'constraint',
  dropout: 'number',
  recurrentDropout: 'number',
  seed: 'integer',
  returnSequences: 'boolean',
  returnState: 'boolean',
  goBackwards: 'boolean',
  stateful: 'boolean',
  unroll: 'boolean',
  zeroOutputForMask: 'boolean',
} as const satisfies Fields<LSTMConfig>
