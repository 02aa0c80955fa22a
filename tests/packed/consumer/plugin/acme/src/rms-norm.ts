import { type Fields, type InputShape, Layer, type Rng, type Scope } from '@gradus/core'
import { add, mean, mul, ones, rsqrt, type Shape, square, type Tensor } from '@gradus/tensor'

export interface RmsNormConfig {
  /** Keeps the root away from zero (default 1e-6). */
  readonly epsilon?: number
}

/** Divides by the root mean square over the last axis. */
export class RmsNorm extends Layer<RmsNormConfig, { scale: Tensor }> {
  static readonly type = 'acme/RmsNorm'
  static override readonly fields = { epsilon: 'number' } satisfies Fields<RmsNormConfig>

  override init(_rng: Rng, shape: InputShape): { scale: Tensor } {
    return { scale: ones([(shape as Shape).at(-1)!]) }
  }

  apply(x: Tensor, { params }: Scope<this>): Tensor {
    const power = mean(square(x), { axis: -1, keepDims: true })
    return mul(mul(x, rsqrt(add(power, this.config.epsilon ?? 1e-6))), params.scale)
  }
}
