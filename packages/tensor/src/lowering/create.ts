import type { iotaOp } from '../ops/create-op.ts'
import type { ElementRule, Lowerings, ParamsOf } from './rule.ts'

const iota: ElementRule<ParamsOf<typeof iotaOp>> = {
  kind: 'element',
  inlined: true,
  element: ({ aval, params: { axis } }, at, { make }) => make.coordinate(aval.dtype, at[axis]!),
}

export const createLowerings: Lowerings = { iota }
