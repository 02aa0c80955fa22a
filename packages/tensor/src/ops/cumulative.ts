import { computeDType } from '../dtype.ts'
import { ShapeError } from '../errors.ts'
import { apply } from '../interpreter.ts'
import type { Op } from '../op.ts'
import { type OperationOf, operation, operationOf } from '../operation.ts'
import { formatShape, normalizeAxis } from '../shape.ts'
import type { Tensor } from '../tensor.ts'
import { cast, greater, greaterEqual, mul, sub, where } from './arithmetic.ts'
import { broadcastTo, reshape, sum } from './broadcast.ts'
import { counted } from './cast-op.ts'
import { iota } from './create.ts'
import { flip, sliceAxis } from './movement.ts'
import { likeInput, requireWide } from './rules.ts'

/** The axis (default the last), whether to start at the end, and whether to leave out the element itself. */
export interface CumulativeOptions {
  readonly axis?: number
  readonly reverse?: boolean
  readonly exclusive?: boolean
}

type Params = Required<CumulativeOptions>

/** Running sum along `axis`. */
const cumsumOp: Op<Params> = {
  name: 'cumsum',
  shape: /* @__PURE__ */ likeInput('cumsum', requireWide),
  // each element is part of all later sums
  vjp: (ct, _, { axis, reverse, exclusive }) => [apply(cumsumOp, [ct], { axis, reverse: !reverse, exclusive })],
}

/** Running product along `axis`. */
const cumprodOp: Op<Params> = {
  name: 'cumprod',
  shape: /* @__PURE__ */ likeInput('cumprod', requireWide),
  vjp: (ct, [x], { axis, reverse, exclusive }) => {
    if (!reverse) return [cumprodGradient(ct, x!, axis, exclusive)]
    return [flip(cumprodGradient(flip(ct, axis), flip(x!, axis), axis, exclusive), axis)]
  },
}

/**
 * dx_k = sum over i of ct_i times the product of all factors of y_i but x_k, which is prod_{j<k} x_j * prod_{k<j<=i} x_j.
 * Dividing y_i by x_k would be shorter, but wrong for zeros. The second product is a running product along i, of x with
 * ones up to k, in a tensor with one row per k.
 */
function cumprodGradient(ct: Tensor, x: Tensor, axis: number, exclusive: boolean): Tensor {
  const size = x.shape[axis]!
  const square = [...x.shape.slice(0, axis), size, size, ...x.shape.slice(axis + 1)]
  const alongI = (t: Tensor) =>
    broadcastTo(
      reshape(
        t,
        square.map((d, i) => (i === axis ? 1 : d)),
      ),
      square,
    )
  const k = iota(square, axis, 'int32')
  const i = iota(square, axis + 1, 'int32')
  const later = apply(cumprodOp, [where(greater(i, k), alongI(x), 1)], { axis: axis + 1, reverse: false, exclusive })
  const reached = exclusive ? greater(i, k) : greaterEqual(i, k)
  const earlier = apply(cumprodOp, [x], { axis, reverse: false, exclusive: true })
  return mul(earlier, sum(where(reached, mul(alongI(ct), later), 0), { axis: axis + 1 }))
}

/** Computes float16 in float32, because running sums and products need more digits. */
/* @__NO_SIDE_EFFECTS__ */
function running(op: Op<Params>): OperationOf<Params, [x: Tensor, options?: CumulativeOptions], Tensor> {
  return operationOf(
    op,
    (x: Tensor, { axis = -1, reverse = false, exclusive = false }: CumulativeOptions = {}) => {
      const params = { axis: normalizeAxis(op.name, axis, x.rank), reverse, exclusive }
      const given = counted(x)
      return cast(apply(op, [cast(given, computeDType(given.dtype))], params), given.dtype)
    },
    ['tensor', ['axis', 'reverse', 'exclusive']],
  )
}

/**
 * Running sum along `axis`. That of bools is int32.
 *
 * @example
 * import { cumsum, tensor } from '@gradus/tensor'
 * cumsum(tensor([1, 2, 3])).array() // => [1, 3, 6]
 * cumsum(tensor([1, 2, 3]), { exclusive: true }).array() // => [0, 1, 3]
 */
export const cumsum = /* @__PURE__ */ running(cumsumOp)

/** Running product along `axis`; its gradient is exact where elements are 0. */
export const cumprod = /* @__PURE__ */ running(cumprodOp)

/**
 * Differences of neighbors along `axis`, taken `n` times; each time the axis gets shorter by one.
 *
 * @example
 * import { diff, tensor } from '@gradus/tensor'
 * diff(tensor([1, 4, 9])).array() // => [3, 5]
 */
export const diff = /* @__PURE__ */ operation(
  'diff',
  (x: Tensor, { n = 1, axis = -1 }: { readonly n?: number; readonly axis?: number } = {}): Tensor => {
    const along = normalizeAxis('diff', axis, x.rank)
    if (!Number.isInteger(n) || n < 0 || n > x.shape[along]!) {
      throw new ShapeError(
        `diff: cannot take ${n} differences along axis ${axis} of ${formatShape(x.shape)}; n must be 0 to ${x.shape[along]}.`,
      )
    }
    let result = x
    for (let round = 0; round < n; round++) {
      const length = result.shape[along]! - 1
      result = sub(sliceAxis(result, along, 1, length), sliceAxis(result, along, 0, length))
    }
    return result
  },
  ['tensor', ['n', 'axis']],
)
