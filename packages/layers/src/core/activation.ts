import { type Activation, ConfigError, type Fields, Layer, type LayerConfig } from '@gradus/core'
import type { Tensor } from '@gradus/tensor'
import { type ActivationLike, resolveActivation } from '../activations/resolve.ts'
import { withInstances } from '../named-options.ts'

export interface ActivationLayerConfig {
  readonly activation: ActivationLike
}

/**
 * An activation as a layer of its own; in data it is called `Activation`. Keras: `Activation`.
 *
 * @example
 * import { ActivationLayer } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * new ActivationLayer({ activation: 'relu' }).apply(tensor([[-1, 2]])).array() // => [[0, 2]]
 */
export class ActivationLayer extends Layer<ActivationLayerConfig> {
  static readonly type = 'Activation'
  static override readonly fields = { activation: 'activation' } satisfies Fields<ActivationLayerConfig>
  private readonly activation: Activation

  constructor(config: ActivationLayerConfig & LayerConfig) {
    super(withInstances('Activation', config))
    if (this.config.activation === undefined || this.config.activation === null) {
      throw new ConfigError(
        "Activation needs its option 'activation', which is missing. Example: new ActivationLayer({ activation: 'relu' }).",
      )
    }
    this.activation = resolveActivation(config.activation, 'Activation: activation')
  }

  override get supportsMasking(): boolean {
    return true
  }

  apply(x: Tensor): Tensor {
    return this.activation.compute(x)
  }
}
