import { type ConfigOf, joinFields, Optimizer, type OptionsOf, type StepContext } from '@gradus/core'
import { square, type Tensor } from '@gradus/tensor'
import { adamFields, adamSlots, adamStep } from './adam-step.ts'

const fields = /* @__PURE__ */ joinFields(adamFields, {
  weightDecay: { type: 'number', min: 0, default: 0.004 },
} as const)

/** Options of `AdamW`. */
export interface AdamWConfig extends ConfigOf<typeof fields> {}

/**
 * Adam with decoupled weight decay: w -= w * weightDecay * lr before each step. `excludeFromWeightDecay: ['bias', 'gamma',
 * 'beta']` leaves out biases and scales. Source: Keras `optimizers.AdamW`; Loshchilov & Hutter 2019.
 *
 * @example
 * import { AdamW } from '@gradus/optimizers'
 * import { tensor } from '@gradus/tensor'
 * const optimizer = new AdamW({ learningRate: 0.5, weightDecay: 0.5, excludeFromWeightDecay: ['bias'] })
 * const params = { kernel: tensor([4]), bias: tensor([4]) }
 * const grads = { kernel: tensor([0]), bias: tensor([0]) }
 * const [next] = optimizer.update(grads, optimizer.init(params), params)
 * next.kernel.array() // => [3]
 * next.bias.array() // => [4]
 */
export class AdamW extends Optimizer<AdamWConfig> {
  static readonly type = 'AdamW'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  protected override slots(param: Tensor): Record<string, Tensor> {
    return adamSlots(param, this.options)
  }

  protected override magnitude(gradient: Tensor): Tensor {
    return square(gradient)
  }

  protected step(param: Tensor, gradient: Tensor, slots: Readonly<Record<string, Tensor>>, context: StepContext) {
    return adamStep(param, gradient, slots, context, this.options)
  }
}
