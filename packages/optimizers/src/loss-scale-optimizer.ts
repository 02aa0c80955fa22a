import type { ConfigOf, Kind, LossScaling, Optimizer, OptionsOf } from '@gradus/core'
import { WrappedOptimizer } from './wrapped-optimizer.ts'

const fields = {
  /** The optimizer that gets the unscaled gradients. */
  innerOptimizer: { type: 'optimizer' as Kind<Optimizer>, required: true, example: 'new Adam()' },
  /** The loss scale before the first update. */
  initialScale: { type: 'number', above: 0, default: 2 ** 15 },
  /** The number of updates with finite gradients after which the loss scale is doubled. */
  dynamicGrowthSteps: { type: 'integer', min: 1, default: 2000 },
  /** Always `dynamic`. */
  lossScaleFactor: { oneOf: ['dynamic'], default: 'dynamic' },
} as const

/** Options of `LossScaleOptimizer`. */
export interface LossScaleOptimizerConfig extends ConfigOf<typeof fields> {}

/**
 * Multiplies the loss by a factor, so that small gradients do not become 0 in float16, and divides the gradients by it before
 * the inner optimizer gets them. Gradients that are not finite halve the factor, and the update is skipped; after
 * `dynamicGrowthSteps` updates it is doubled. `new Adam({ lossScaleFactor: 'dynamic' })` does the same with the default
 * options, and `compile` sets it for models that compute in float16. Other options, such as `clipNorm`, belong to the inner
 * optimizer. Source: Keras `optimizers.LossScaleOptimizer`.
 *
 * @example
 * import { LossScaleOptimizer, SGD } from '@gradus/optimizers'
 * import { tensor } from '@gradus/tensor'
 * const optimizer = new LossScaleOptimizer({ innerOptimizer: new SGD({ learningRate: 1 }), initialScale: 8 })
 * const params = { w: tensor([1, 2]) }
 * const state = optimizer.init(params)
 * optimizer.scaleLoss(tensor(3), state).item() // => 24
 * const [next] = optimizer.update({ w: tensor([8, 16]) }, state, params)
 * next.w.array() // => [0, 0]
 * const [, after] = optimizer.update({ w: tensor([Infinity, 16]) }, state, params)
 * after.lossScale.factor.item() // => 4
 */
export class LossScaleOptimizer extends WrappedOptimizer<LossScaleOptimizerConfig> {
  static readonly type = 'LossScaleOptimizer'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  constructor(config: LossScaleOptimizerConfig) {
    super(config, 'innerOptimizer')
  }

  protected override get lossScaling(): LossScaling {
    return this.options
  }
}
