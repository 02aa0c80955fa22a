import { Optimizer, type StepContext } from '@gradus/core'
import { square, type Tensor } from '@gradus/tensor'
import { type AdamConfig, type AdamOptions, adamFields, adamSlots, adamStep } from './adam-step.ts'

/**
 * Adam: the running mean of gradients, divided by the root of the running mean of squared gradients (`beta1`, `beta2`). The
 * size of a step is about the learning rate. Source: Keras `optimizers.Adam`; Kingma & Ba 2015.
 *
 * @example
 * import { Adam } from '@gradus/optimizers'
 * import { tensor } from '@gradus/tensor'
 * const optimizer = new Adam({ learningRate: 0.1 })
 * const params = { w: tensor([1, 1]) }
 * const [next, state] = optimizer.update({ w: tensor([20, -0.5]) }, optimizer.init(params), params)
 * next.w.array().map((x) => x.toFixed(3)) // => ['0.900', '1.100']
 * state.iteration.item() // => 1
 */
export class Adam extends Optimizer<AdamConfig> {
  static readonly type = 'Adam'
  static override readonly fields = adamFields
  declare readonly options: AdamOptions

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
