import type { ConfigOf, Kind, OptionsOf } from '@gradus/core'
import type { OptimizerMap } from './optimizer-map.ts'
import { WrappedOptimizer } from './wrapped-optimizer.ts'

const fields = {
  /** The optimizers, and the parameters that each of them updates. */
  optimizerMap: {
    type: 'optimizer' as Kind<OptimizerMap>,
    required: true,
    example: "new OptimizerMap({ defaultOptimizer: new SGD(), optimizerMap: { 'encoder/.*': new Adam() } })",
  },
} as const

/** Options of `MultiOptimizer`. */
export interface MultiOptimizerConfig extends ConfigOf<typeof fields> {}

/**
 * Several optimizers for parts of a model, as an `OptimizerMap` says. The only other option is `lossScaleFactor`, in place of
 * those of the optimizers in the map. An `OptimizerMap` can also be given to `compile` by itself; a model with a `trainStep`
 * that minimizes several losses takes optimizers by name instead. Source: Keras `optimizers.MultiOptimizer`, with a map instead
 * of a function of a variable, because a function cannot be saved.
 *
 * @example
 * import { MultiOptimizer, OptimizerMap, SGD } from '@gradus/optimizers'
 * import { tensor } from '@gradus/tensor'
 * const optimizer = new MultiOptimizer({
 *   optimizerMap: new OptimizerMap({
 *     defaultOptimizer: new SGD({ learningRate: 1 }),
 *     optimizerMap: { 'encoder/.*': new SGD({ learningRate: 0.5 }) },
 *   }),
 * })
 * const params = { encoder: { kernel: tensor([1]) }, decoder: { kernel: tensor([1]) } }
 * const [next] = optimizer.update(params, optimizer.init(params), params)
 * next.encoder.kernel.array() // => [0.5]
 * next.decoder.kernel.array() // => [0]
 */
export class MultiOptimizer extends WrappedOptimizer<MultiOptimizerConfig> {
  static readonly type = 'MultiOptimizer'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  constructor(config: MultiOptimizerConfig) {
    super(config, 'optimizerMap')
  }

  /** The optimizers of the map: those of its patterns, then the default. */
  get optimizers(): OptimizerMap['optimizers'] {
    return this.options.optimizerMap.optimizers
  }
}
