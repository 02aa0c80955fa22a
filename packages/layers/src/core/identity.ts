import { Layer, type Masks } from '@gradus/core'
import type { Tree } from '@gradus/tensor'

/**
 * Returns its input, and its mask. Several inputs stay in their structure. Keras: `Identity`.
 *
 * @example
 * import { Identity } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * new Identity().call(tensor([[1, 2]])).array() // => [[1, 2]]
 */
export class Identity extends Layer {
  static readonly type = 'Identity'
  static override readonly fields = {}

  override get supportsMasking(): boolean {
    return true
  }

  apply(inputs: Tree): Tree {
    return inputs
  }

  override computeMask(_inputs: Tree, mask: Masks): Masks {
    return mask
  }
}
