import { type BaseLayer, type ConfigOf, type Kind, Layer, type OptionsOf, type Scope } from '@gradus/core'
import type { Tree } from '@gradus/tensor'

const fields = {
  /** The layers, each of which takes the outputs of the one before. */
  layers: {
    type: 'layer' as Kind<readonly BaseLayer[]>,
    required: true,
    example: '[new RandomFlip(), new Rescaling({ scale: 1 / 255 })]',
  },
} as const

/** The options of `Pipeline`. */
export interface PipelineConfig extends ConfigOf<typeof fields> {}

/**
 * Calls layers one after the other, such as layers that augment images. Outside of models, a call is part of training unless it says
 * `training: false`, as in Keras. Keras: `Pipeline`.
 *
 * @example
 * import { Pipeline, RandomInvert, Rescaling } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * const layer = new Pipeline({ layers: [new RandomInvert({ factor: [1, 1] }), new Rescaling({ scale: 1 / 255 })] })
 * layer.call(tensor([[[[255], [0]]]])).array() // => [[[[0], [1]]]]
 */
export class Pipeline extends Layer<PipelineConfig> {
  static readonly type = 'Pipeline'
  static override readonly fields = fields
  static override readonly callDefaults: Readonly<Record<string, unknown>> = { training: true }
  declare readonly options: OptionsOf<typeof fields>

  apply(inputs: Tree, scope: Scope<this>): Tree {
    return this.options.layers.reduce((x, layer) => scope.callAll(layer, x), inputs)
  }
}
