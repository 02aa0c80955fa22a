import { type BaseLayer, type ConfigOf, type Kind, Layer, type OptionsOf, type Scope } from '@gradus/core'
import { add, mean, mul, sliceAxis, square, sum, type Tensor } from '@gradus/tensor'

const fields = {
  /** Layers with outputs of the same shape, which are mixed for each sample. */
  experts: { type: 'layer' as Kind<readonly BaseLayer[]>, required: true },
  /** A layer that gives one weight per expert, such as a softmax. */
  gate: { type: 'layer' as Kind<BaseLayer>, required: true },
  /** Weight of the penalty on gates that use few experts. */
  balance: { type: 'number', default: 0.01 },
} as const

export interface MixtureOfExpertsConfig extends ConfigOf<typeof fields> {}

/** Mixes the outputs of several layers with weights from a gate, for each sample (Jacobs et al., 1991). */
export class MixtureOfExperts extends Layer<MixtureOfExpertsConfig> {
  static readonly type = 'acme/MixtureOfExperts'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  apply(x: Tensor, scope: Scope<this>): Tensor {
    const { experts, gate, balance } = this.options
    const weights = scope.call(gate, x)
    const mixed = experts.map((expert, index) => mul(scope.call(expert, x), sliceAxis(weights, 1, index, 1)))
    const use = mean(weights, { axis: 0 })
    scope.addLoss(mul(sum(square(use)), balance * experts.length))
    return mixed.reduce((a, b) => add(a, b))
  }
}
