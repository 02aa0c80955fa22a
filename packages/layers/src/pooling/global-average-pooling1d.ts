import { firstMask, type Scope } from '@gradus/core'
import { cast, div, expandDims, sum, type Tensor, where } from '@gradus/tensor'
import { computeDType } from '@gradus/tensor/internals'
import { floatInput } from '../float-input.ts'
import type { SpatialRank } from '../spatial-input.ts'
import { GlobalAveragePoolingLayer } from './global-average-pooling-layer.ts'
import type { GlobalPoolingConfig, GlobalReduction } from './global-pooling-layer.ts'

/** The options of `GlobalAveragePooling1D`. */
export interface GlobalAveragePooling1DConfig extends GlobalPoolingConfig {}

/**
 * The mean of each channel over all steps: `[batch, steps, channels]` gives `[batch, channels]`. Steps that the mask leaves out
 * do not count; if it leaves out all of them, the mean is NaN. Throws `ShapeError` for other ranks. Keras:
 * `GlobalAveragePooling1D`.
 *
 * @example
 * import { GlobalAveragePooling1D } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * new GlobalAveragePooling1D().call(tensor([[[1], [3], [2], [6]]])).array() // => [[3]]
 */
export class GlobalAveragePooling1D extends GlobalAveragePoolingLayer {
  static readonly type = 'GlobalAveragePooling1D'
  static readonly aliases = ['GlobalAvgPool1D'] as const
  static override readonly fields = {}

  override get supportsMasking(): boolean {
    return true
  }

  protected override reduced(given: Tensor, reduction: GlobalReduction, scope: Scope<this>): Tensor {
    const mask = firstMask(scope.mask)
    if (!mask) return super.reduced(given, reduction, scope)
    const x = floatInput(this, given)
    const counts = expandDims(cast(mask, 'bool'), this.options.dataFormat === 'channelsLast' ? 2 : 1)
    // sums soon leave the range of float16
    const sums = computeDType(x.dtype)
    const total = sum(where(counts, cast(x, sums), 0), reduction)
    return cast(div(total, sum(cast(counts, sums), reduction)), x.dtype)
  }

  // the steps are gone
  override computeMask(): undefined {
    return undefined
  }

  protected spatialRank(): SpatialRank {
    return 1
  }
}
