import { operation } from '../operation.ts'
import { normalizeAxis } from '../shape.ts'
import type { Tensor } from '../tensor.ts'
import { add, mul } from './arithmetic.ts'
import { reshape, sum } from './broadcast.ts'
import { diff } from './cumulative.ts'
import { sliceAxis } from './movement.ts'

/** The positions of the elements, or the distance between them; the axis, by default the last. */
export interface TrapezoidOptions {
  readonly x?: Tensor
  readonly dx?: number
  readonly axis?: number
}

/**
 * The integral along `axis` by the trapezoidal rule, with the distance `dx` (default 1) between elements, or at the positions `x`, a
 * vector. NumPy and Keras: `trapezoid`.
 *
 * @example
 * import { tensor, trapezoid } from '@gradus/tensor'
 * trapezoid(tensor([1, 2, 3])).item() // => 4
 */
export const trapezoid = /* @__PURE__ */ operation(
  'trapezoid',
  (y: Tensor, { x, dx = 1, axis = -1 }: TrapezoidOptions = {}): Tensor => {
    const along = normalizeAxis('trapezoid', axis, y.rank)
    const count = Math.max(0, y.shape[along]! - 1)
    const means = mul(add(sliceAxis(y, along, 0, count), sliceAxis(y, along, y.shape[along]! - count, count)), 0.5)
    if (!x) return mul(sum(means, { axis: along }), dx)
    const steps = diff(x, { axis: x.rank === 1 ? 0 : along })
    const shape = y.shape.map((_, index) => (index === along ? count : 1))
    return sum(mul(means, x.rank === 1 ? reshape(steps, shape) : steps), { axis: along })
  },
  ['tensor', ['x', 'dx', 'axis']],
)
