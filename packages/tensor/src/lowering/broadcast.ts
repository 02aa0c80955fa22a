import type { expandOp, fillOp } from '../ops/broadcast.ts'
import { overAxes } from './reduction.ts'
import type { ElementRule, Lowerings, ParamsOf } from './rule.ts'

const fill: ElementRule<ParamsOf<typeof fillOp>> = {
  kind: 'element',
  inlined: true,
  element: ({ aval, params: { value } }, _, { make }) => make.constant(aval.dtype, value),
}

const expand: ElementRule<ParamsOf<typeof expandOp>> = {
  kind: 'element',
  inlined: true,
  element({ inputs }, at, { index, read }) {
    const { shape } = inputs[0]!
    return read(
      0,
      at.map((coordinate, axis) => (shape[axis] === 1 ? index.constant(0) : coordinate)),
    )
  },
}

const reshape: ElementRule = {
  kind: 'element',
  inlined: true,
  element: ({ aval, inputs }, at, { index, read }) =>
    read(0, index.unravel(index.ravel(at, aval.shape), inputs[0]!.shape)),
}

const identity: ElementRule = { kind: 'element', inlined: true, element: (_, at, { read }) => read(0, at) }

export const broadcastLowerings: Lowerings = { fill, expand, reshape, identity, sum: /* @__PURE__ */ overAxes('sum') }
