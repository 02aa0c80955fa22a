import { apply } from '../interpreter.ts'
import type { Op } from '../op.ts'
import { type OperationOf, operationOf } from '../operation.ts'
import { normalizeAxes } from '../shape.ts'
import type { Tensor } from '../tensor.ts'
import { counted } from './cast-op.ts'
import type { ReduceParams } from './rules.ts'

/** The axes of a reduction (all by default; negative ones count from the end), and whether they are kept as size 1. */
export interface ReduceOptions {
  readonly axis?: number | readonly number[] | null
  readonly keepDims?: boolean
}

/** The names of the options of reductions. */
export const reduceOptions = ['axis', 'keepDims'] as const

export type Reduction = OperationOf<ReduceParams, [x: Tensor, options?: ReduceOptions], Tensor>

/** A reduction over the axes that the options name. Of bools it is computed in int32, unless `takesBools`. */
/* @__NO_SIDE_EFFECTS__ */
export function reduction(op: Op<ReduceParams>, takesBools = false): Reduction {
  return operationOf(
    op,
    (x: Tensor, { axis, keepDims = false }: ReduceOptions = {}) =>
      apply(op, [takesBools ? x : counted(x)], { axes: normalizeAxes(op.name, axis, x.rank), keepDims }),
    ['tensor', reduceOptions],
  )
}
