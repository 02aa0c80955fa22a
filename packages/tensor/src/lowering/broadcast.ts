import type { fillOp } from '../ops/create-op.ts'
import { overAxes } from './reduction.ts'
import { type ElementRule, type Lowerings, movement, type ParamsOf } from './rule.ts'

const fill: ElementRule<ParamsOf<typeof fillOp>> = {
  kind: 'element',
  inlined: true,
  element: ({ aval, params: { value } }, _, { make }) => make.constant(aval.dtype, value),
}

export const broadcastLowerings: Lowerings = {
  fill,
  expand: /* @__PURE__ */ movement(({ inputs }, at, index) =>
    at.map((coordinate, axis) => (inputs[0]!.shape[axis] === 1 ? index.constant(0) : coordinate)),
  ),
  reshape: /* @__PURE__ */ movement(({ aval, inputs }, at, index) =>
    index.unravel(index.ravel(at, aval.shape), inputs[0]!.shape),
  ),
  identity: /* @__PURE__ */ movement((_, at) => at),
  sum: /* @__PURE__ */ overAxes('sum'),
}
