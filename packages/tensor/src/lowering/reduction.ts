import type { Combine, Lowerings, ReductionRule } from './rule.ts'

interface Params {
  readonly axes?: readonly number[]
  readonly axis?: number
  readonly keepDims?: boolean
}

/** A reduction along the dimensions that the params name: a list of axes, or one axis. */
/* @__NO_SIDE_EFFECTS__ */
export function overAxes(combine: Combine): ReductionRule<Params> {
  const axesOf = ({ axes, axis }: Params) => axes ?? [axis!]
  return {
    kind: 'reduction',
    combine,
    axes: axesOf,
    inner: ({ params, inputs }) => axesOf(params).map((axis) => inputs[0]!.shape[axis]!),
    source({ params, inputs }, at, inner) {
      const axes = axesOf(params)
      let next = 0
      const coordinates = inputs[0]!.shape.map((_, axis) => {
        const reduced = axes.indexOf(axis)
        if (reduced < 0) return at[next++]!
        if (params.keepDims) next++
        return inner[reduced]!
      })
      return { at: coordinates, only: [] }
    },
  }
}

export const reductionLowerings: Lowerings = {
  prod: /* @__PURE__ */ overAxes('prod'),
  max: /* @__PURE__ */ overAxes('max'),
  min: /* @__PURE__ */ overAxes('min'),
  any: /* @__PURE__ */ overAxes('any'),
  all: /* @__PURE__ */ overAxes('all'),
  argMax: /* @__PURE__ */ overAxes('argMax'),
  argMin: /* @__PURE__ */ overAxes('argMin'),
}
