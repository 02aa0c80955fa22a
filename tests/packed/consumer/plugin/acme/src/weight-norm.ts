import {
  type BaseLayer,
  type ConfigOf,
  type InputShape,
  initLayer,
  type Kind,
  Layer,
  type Masks,
  type OptionsOf,
  type Rng,
  type Scope,
} from '@gradus/core'
import { div, mul, ones, sqrt, square, sum, type Tensor, type Tree } from '@gradus/tensor'

const fields = {
  /** The layer with the kernel. */
  layer: { type: 'layer' as Kind<BaseLayer>, required: true },
  /** The parameter that is normalized. */
  key: { type: 'string', default: 'kernel' },
} as const

export interface WeightNormConfig extends ConfigOf<typeof fields> {}

/** Splits the kernel of any layer into directions and lengths, one per output (Salimans and Kingma, 2016). */
export class WeightNorm extends Layer<WeightNormConfig, { length: Tensor }> {
  static readonly type = 'acme/WeightNorm'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  override get supportsMasking(): boolean {
    return true
  }

  override init(rng: Rng, inputShape: InputShape): { length: Tensor } {
    const { layer, key } = this.options
    const kernel = (initLayer(layer, inputShape, rng).params[''] as Record<string, Tensor>)[key]!
    return { length: ones([kernel.shape.at(-1)!], this.dtype) }
  }

  apply(x: Tensor, scope: Scope<this>): Tree {
    const { layer, key } = this.options
    const own = scope.of(layer, x).params as Record<string, Tensor>
    const kernel = own[key]!
    const axes = kernel.shape.slice(0, -1).map((_, axis) => axis)
    const norm = sqrt(sum(square(kernel), { axis: axes, keepDims: true }))
    return scope.callWith({ ...own, [key]: mul(div(kernel, norm), scope.params.length) }, layer, x)
  }

  override computeMask(inputs: Tree, mask: Masks): Masks {
    return this.options.layer.computeMask(inputs, mask)
  }
}
