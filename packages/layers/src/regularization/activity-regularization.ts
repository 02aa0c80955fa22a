import {
  type ConfigArgument,
  ConfigError,
  type ConfigOf,
  Layer,
  type LayerConfig,
  type LayerOptions,
  type OptionsOf,
} from '@gradus/core'
import type { Tensor, Tree } from '@gradus/tensor'
import { L1L2 } from '../regularizers/l1l2.ts'

const fields = {
  /** The weight of the sum of absolute values. */
  l1: { type: 'number', min: 0, default: 0 },
  /** The weight of the sum of squares. */
  l2: { type: 'number', min: 0, default: 0 },
} as const

/** The options of `ActivityRegularization`. */
export interface ActivityRegularizationConfig extends ConfigOf<typeof fields> {}

/**
 * Returns its input and adds a penalty on it to the loss: l1 times the sum of absolute values plus l2 times the sum of squares,
 * divided by the batch size. Keras: `ActivityRegularization`.
 *
 * @example
 * import { ActivityRegularization } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * new ActivityRegularization({ l2: 0.1 }).call(tensor([[1, 2]])).array() // => [[1, 2]]
 */
export class ActivityRegularization extends Layer<ActivityRegularizationConfig> {
  static readonly type = 'ActivityRegularization'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  constructor(...config: ConfigArgument<LayerOptions<ActivityRegularizationConfig>>) {
    super(...config)
    if (!(this.config as LayerConfig).activityRegularizer) return
    throw new ConfigError(
      "ActivityRegularization makes its activityRegularizer of 'l1' and 'l2', and was given another one. Leave that out.",
    )
  }

  override get supportsMasking(): boolean {
    return true
  }

  override get activityRegularizer(): L1L2 {
    const { l1, l2 } = this.options
    return new L1L2({ l1, l2 })
  }

  apply(inputs: Tree): Tensor {
    return inputs as Tensor
  }
}
