import { operation } from '../operation.ts'
import type { Tensor } from '../tensor.ts'
import { add, mul, neg, sub } from './arithmetic.ts'
import { clip } from './clip.ts'
import { log } from './exponential.ts'
import { sigmoidCrossEntropy } from './softmax.ts'

/** Whether the outputs are logits; by default they are probabilities. */
export interface BinaryCrossentropyOptions {
  readonly fromLogits?: boolean
}

/**
 * -t log(p) - (1 - t) log(1 - p) for each element, with targets t from 0 to 1. Probabilities are clipped to 1e-7 and 1 - 1e-7. The
 * function of this name in `gradus/losses` takes means over an axis. Keras: `ops.binary_crossentropy`.
 *
 * @example
 * import { binaryCrossentropy, tensor } from '@gradus/tensor'
 * binaryCrossentropy(tensor([1, 0]), tensor([0.5, 0.5])).array() // => [0.6931472, 0.6931472]
 */
export const binaryCrossentropy = /* @__PURE__ */ operation(
  'binaryCrossentropy',
  (target: Tensor, output: Tensor, { fromLogits = false }: BinaryCrossentropyOptions = {}): Tensor => {
    if (fromLogits) return sigmoidCrossEntropy(output, target)
    const p = clip(output, 1e-7, 1 - 1e-7)
    return neg(add(mul(target, log(p)), mul(sub(1, target), log(sub(1, p)))))
  },
  ['tensor', 'tensor', ['fromLogits']],
)
