import { Activation } from '@gradus/core'
import { expm1, greaterEqual, mul, neg, relu, type Tensor, where } from '@gradus/tensor'

// The fixed point of the moments, appendix A of the paper.
const alpha = 1.6732632423543772
const scale = 1.0507009873554805

/**
 * A scaled exponential linear unit that keeps mean 0 and variance 1 from layer to layer, given lecunNormal weights.
 * Keras: `selu` (Klambauer et al., 2017).
 */
export class Selu extends Activation {
  static readonly type = 'selu'
  static override readonly fields = {}

  compute(x: Tensor): Tensor {
    return mul(where(greaterEqual(x, 0), x, mul(expm1(neg(relu(neg(x)))), alpha)), scale)
  }
}
