import type { Aval, Node, WindowParams } from '@gradus/tensor'
import type { Condition } from '../index/expression.ts'
import { type Index, plus, quotient, remainder, times } from '../index/integer.ts'

/** How the elements of a reduction are put together. `argMax` and `argMin` give the place of the first extreme. */
export type Combine = 'sum' | 'prod' | 'max' | 'min' | 'any' | 'all' | 'argMax' | 'argMin'

/** The op that puts two elements together, for combinations that are one. */
export const combiningOps: Readonly<Partial<Record<Combine, string>>> = {
  sum: 'add',
  prod: 'mul',
  max: 'maximum',
  min: 'minimum',
  any: 'logicalOr',
  all: 'logicalAnd',
}

/** A reduction of one input: which elements belong to one element of the result. */
export interface ReductionRule {
  readonly combine: Combine
  /** Whether the loops run over the dimensions of the input, those of `axes` being reduced. */
  readonly axes?: (node: Node) => readonly number[]
  /** The extents of the loops over what is reduced. */
  inner(node: Node, input: Aval): readonly number[]
  /** The coordinates in the input, given those in the result and the loop variables; `only` where the conditions hold. */
  place(
    node: Node,
    input: Aval,
    at: readonly Index[],
    inner: readonly Index[],
  ): { readonly at: readonly Index[]; readonly only: readonly Condition[] }
}

interface ReduceParams {
  readonly axes: readonly number[]
  readonly keepDims: boolean
}

/* @__NO_SIDE_EFFECTS__ */
function overAxes(combine: Combine): ReductionRule {
  return {
    combine,
    axes: axesOf,
    inner: (node, { shape }) => axesOf(node).map((axis) => shape[axis]!),
    place(node, { shape }, at, inner) {
      const axes = axesOf(node)
      const keepDims = (node.params as ReduceParams).keepDims
      let next = 0
      const coordinates = shape.map((_, axis) => {
        const position = axes.indexOf(axis)
        if (position < 0) return at[next++]!
        if (keepDims) next++
        return inner[position]!
      })
      return { at: coordinates, only: [] }
    },
  }
}

function axesOf(node: Node): readonly number[] {
  const params = node.params as { axes?: readonly number[]; axis?: number }
  return params.axes ?? [params.axis!]
}

/** The rules of the ops that reduce, by name. */
export const reductionRules: Readonly<Record<string, ReductionRule>> = {
  sum: overAxes('sum'),
  prod: overAxes('prod'),
  max: overAxes('max'),
  min: overAxes('min'),
  any: overAxes('any'),
  all: overAxes('all'),
  argMax: overAxes('argMax'),
  argMin: overAxes('argMin'),
  // read from the side of the result: each element adds up what the windows over it hold at its place
  fold: {
    combine: 'sum',
    inner: (node) => loops(node).flatMap(({ looped, size }) => (looped ? [size] : [])),
    place(node, input, at, inner) {
      const only: Condition[] = []
      let next = 0
      const rank = loops(node).length
      const offsets: Index[] = []
      const windows = loops(node).map(({ looped, size, stride, dilation }, i) => {
        const place = at[1 + i]!
        // windows that do not overlap: the place itself says which one it is
        const offset = looped ? inner[next++]! : remainder(place, stride)
        const start = plus(place, times(offset, -dilation))
        offsets.push(offset)
        if (!looped && size < stride) only.push({ index: offset, low: 0, high: size })
        if (stride > 1 && looped) only.push({ index: remainder(start, stride), low: 0, high: 1 })
        const window = looped ? quotient(start, stride) : quotient(place, stride)
        only.push({ index: window, low: 0, high: input.shape[1 + i]! })
        return window
      })
      return { at: [at[0]!, ...windows, ...offsets.slice(0, rank), at.at(-1)!], only }
    },
  },
}

function loops(node: Node) {
  const { sizes, strides, dilations } = node.params as WindowParams
  return sizes.map((size, i) => {
    const stride = strides[i]!
    const dilation = dilations[i]!
    return { size, stride, dilation, looped: !(dilation === 1 && size <= stride) }
  })
}
