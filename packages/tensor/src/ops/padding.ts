import { ShapeError } from '../errors.ts'
import { apply } from '../interpreter.ts'
import { operation } from '../operation.ts'
import { formatShape } from '../shape.ts'
import type { Tensor } from '../tensor.ts'
import { where } from './arithmetic.ts'
import { broadcastTo, full } from './broadcast.ts'
import { concat, flip, sliceAxis } from './movement.ts'
import { padOp } from './movement-op.ts'

export type PadMode = 'constant' | 'reflect' | 'symmetric' | 'edge'

export interface PadOptions {
  /**
   * `constant` (default) adds `value`, `edge` repeats the outermost element, `reflect` mirrors without it (`3 2 | 1 2 3`),
   * `symmetric` with it (`2 1 | 1 2 3`).
   */
  readonly mode?: PadMode
  /** Default 0. */
  readonly value?: number | boolean
}

/**
 * `x` with elements added before and after it along each axis: `paddings` has a pair `[before, after]` per axis.
 * Mirroring throws `ShapeError` where the axis is too short.
 *
 * @example
 * import { pad, tensor } from '@gradus/tensor'
 * pad(tensor([1, 2, 3]), [[1, 2]]).array() // => [0, 1, 2, 3, 0, 0]
 * pad(tensor([1, 2, 3]), [[2, 0]], { mode: 'reflect' }).array() // => [3, 2, 1, 2, 3]
 */
export const pad = /* @__PURE__ */ operation(
  'pad',
  (
    x: Tensor,
    paddings: readonly (readonly [before: number, after: number])[],
    { mode = 'constant', value = 0 }: PadOptions = {},
  ): Tensor => {
    if (
      !Array.isArray(paddings) ||
      paddings.length !== x.rank ||
      paddings.flat().some((count) => !Number.isInteger(count) || count < 0)
    ) {
      throw new ShapeError(
        `pad: ${JSON.stringify(paddings)} does not fit ${formatShape(x.shape)}; give a pair of whole numbers from 0 for each of ${x.rank} axes.`,
      )
    }
    if (paddings.flat().every((count) => count === 0)) return x
    if (mode === 'constant') return padConstant(x, paddings, value)
    return paddings.reduce((padded, [before, after], axis) => padAxis(padded, axis, before, after, mode), x)
  },
  ['tensor', 'any', ['mode', 'value']],
)

function padConstant(x: Tensor, paddings: readonly (readonly [number, number])[], value: number | boolean): Tensor {
  const params = {
    low: paddings.map(([before]) => before),
    high: paddings.map(([, after]) => after),
    interior: paddings.map(() => 0),
  }
  const padded = apply(padOp, [x], params)
  if (Number(value) === 0) return padded
  return where(apply(padOp, [full(x.shape, true, 'bool', x)], params), padded, value)
}

function padAxis(x: Tensor, axis: number, before: number, after: number, mode: PadMode): Tensor {
  const length = x.shape[axis]!
  const skipped = mode === 'reflect' ? 1 : 0
  const longest = mode === 'edge' ? (length > 0 ? Number.POSITIVE_INFINITY : 0) : Math.max(0, length - skipped)
  if (Math.max(before, after) > longest) {
    throw new ShapeError(
      `pad: ${mode} cannot add ${Math.max(before, after)} elements to axis ${axis} of ${formatShape(x.shape)}; ` +
        `at most ${longest} there, or use mode 'constant'.`,
    )
  }
  const part = (count: number, mirrored: number, edge: number): Tensor[] => {
    if (count === 0) return []
    if (mode !== 'edge') return [flip(sliceAxis(x, axis, mirrored, count), axis)]
    return [
      broadcastTo(
        sliceAxis(x, axis, edge, 1),
        x.shape.map((d, i) => (i === axis ? count : d)),
      ),
    ]
  }
  return concat([...part(before, skipped, 0), x, ...part(after, length - skipped - after, length - 1)], axis)
}
