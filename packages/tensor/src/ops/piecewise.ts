import { operation } from '../operation.ts'
import type { Tensor, TensorLike } from '../tensor.ts'
import { add, div, greater, greaterEqual, less, lessEqual, mul, where } from './arithmetic.ts'
import { asTensor } from './operands.ts'

/**
 * x / 6 + 0.5 between -3 and 3, then 0 and 1: a sigmoid of straight lines. NaN stays NaN, and no gradient flows where it is flat.
 * Keras: `hard_sigmoid`.
 *
 * @example
 * import { hardSigmoid, tensor } from '@gradus/tensor'
 * hardSigmoid(tensor([-5, 0, 1.5])).array() // => [0, 0.5, 0.75]
 */
export const hardSigmoid = /* @__PURE__ */ operation(
  'hardSigmoid',
  (x: TensorLike): Tensor => {
    const line = add(div(asTensor('hardSigmoid', x), 6), 0.5)
    return where(lessEqual(line, 0), 0, where(greaterEqual(line, 1), 1, line))
  },
  ['any'],
)

/**
 * x times the hard sigmoid of x. Keras: `hard_silu`, `hard_swish` (Howard et al., 2019).
 *
 * @example
 * import { hardSilu, tensor } from '@gradus/tensor'
 * hardSilu(tensor([-5, 1.5, 4])).array() // => [0, 1.125, 4]
 */
export const hardSilu = /* @__PURE__ */ operation(
  'hardSilu',
  (x: TensorLike): Tensor => {
    const value = asTensor('hardSilu', x)
    return mul(value, hardSigmoid(value))
  },
  ['any'],
)

/**
 * x cut at -1 and 1. Keras: `hard_tanh`.
 *
 * @example
 * import { hardTanh, tensor } from '@gradus/tensor'
 * hardTanh(tensor([-5, 0.5, 4])).array() // => [-1, 0.5, 1]
 */
export const hardTanh = /* @__PURE__ */ operation(
  'hardTanh',
  (x: TensorLike): Tensor => {
    const value = asTensor('hardTanh', x)
    return where(greater(value, 1), 1, where(less(value, -1), -1, value))
  },
  ['any'],
)

/**
 * 0 up to -1, (x + 1) / 2 up to 1, then 1. Keras: `sparse_sigmoid`.
 *
 * @example
 * import { sparseSigmoid, tensor } from '@gradus/tensor'
 * sparseSigmoid(tensor([-5, 0.5, 4])).array() // => [0, 0.75, 1]
 */
export const sparseSigmoid = /* @__PURE__ */ operation(
  'sparseSigmoid',
  (x: TensorLike): Tensor => {
    const value = asTensor('sparseSigmoid', x)
    return where(lessEqual(value, -1), 0, where(greaterEqual(value, 1), 1, mul(add(value, 1), 0.5)))
  },
  ['any'],
)

/**
 * 0 up to -1, (x + 1)^2 / 4 up to 1, then x. Keras: `sparse_plus`.
 *
 * @example
 * import { sparsePlus, tensor } from '@gradus/tensor'
 * sparsePlus(tensor([-5, 0, 4])).array() // => [0, 0.25, 4]
 */
export const sparsePlus = /* @__PURE__ */ operation(
  'sparsePlus',
  (x: TensorLike): Tensor => {
    const value = asTensor('sparsePlus', x)
    const raised = add(value, 1)
    return where(lessEqual(value, -1), 0, where(less(value, 1), mul(mul(raised, raised), 0.25), value))
  },
  ['any'],
)
