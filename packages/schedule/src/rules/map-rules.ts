import type { Aval, Node, PadParams, SliceParams, WindowParams } from '@gradus/tensor'
import type { Condition, Expression, Expressions } from '../index/expression.ts'
import {
  constantIndex,
  type Index,
  indexOf,
  lookedUp,
  plus,
  quotient,
  ravel,
  remainder,
  shifted,
  times,
  unravel,
} from '../index/integer.ts'
import { reductionRules } from './reduction-rules.ts'

/** What a rule may use to say what one element of a node is. */
interface MapContext {
  readonly node: Node
  readonly inputs: readonly Aval[]
  /** The coordinates of the element. */
  readonly at: readonly Index[]
  readonly make: Expressions
  /** The element of an input at the given coordinates. */
  read(input: number, at: readonly Index[]): Expression
}

/** How one element of an op's result comes from elements of its inputs. */
export interface MapRule {
  /** Costs nothing: it is done wherever the result is read instead of being stored. */
  readonly free?: true
  /** Each element of the input is used at most once. */
  readonly once?: true
  lower(context: MapContext): Expression
}

/** The rule of every op marked `elementwise`. */
const elementwiseRule: MapRule = {
  lower({ node, inputs, at, make, read }) {
    return make.apply(
      node.aval.dtype,
      node.op.name,
      inputs.map((_, position) => read(position, at)),
    )
  },
}

/** The rules of the ops that move, create or look up elements, by name. */
export const mapRules: Readonly<Record<string, MapRule>> = {
  fill: {
    free: true,
    lower: ({ node, make }) => make.constant(node.aval.dtype, (node.params as { value: number }).value),
  },
  iota: {
    free: true,
    lower: ({ node, at, make }) => make.coordinate(node.aval.dtype, at[(node.params as { axis: number }).axis]!),
  },
  identity: { free: true, lower: ({ at, read }) => read(0, at) },
  reshape: {
    free: true,
    lower({ node, inputs, at, read }) {
      const { shape } = inputs[0]!
      return read(0, unravel(ravel(at, node.aval.shape), shape))
    },
  },
  expand: {
    free: true,
    lower({ inputs, at, read }) {
      const { shape } = inputs[0]!
      return read(
        0,
        at.map((index, axis) => (shape[axis] === 1 ? constantIndex(0) : index)),
      )
    },
  },
  permute: {
    free: true,
    once: true,
    lower({ node, at, read }) {
      const { axes } = node.params as { axes: readonly number[] }
      return read(
        0,
        at.map((_, axis) => at[axes.indexOf(axis)]!),
      )
    },
  },
  slice: {
    free: true,
    once: true,
    lower({ node, at, read }) {
      const { start, step } = node.params as SliceParams
      return read(
        0,
        at.map((index, axis) => shifted(times(index, step[axis]!), start[axis]!)),
      )
    },
  },
  flip: {
    free: true,
    once: true,
    lower({ node, inputs, at, read }) {
      const { axes } = node.params as { axes: readonly number[] }
      const { shape } = inputs[0]!
      return read(
        0,
        at.map((index, axis) => (axes.includes(axis) ? shifted(times(index, -1), shape[axis]! - 1) : index)),
      )
    },
  },
  pad: { once: true, lower: padded },
  window: {
    lower({ node, at, read }) {
      const { sizes, strides, dilations } = node.params as WindowParams
      const rank = sizes.length
      const places = sizes.map((_, i) => plus(times(at[1 + i]!, strides[i]!), times(at[1 + rank + i]!, dilations[i]!)))
      return read(0, [at[0]!, ...places, at.at(-1)!])
    },
  },
  gather: { lower: gathered },
  randomBits: {
    lower({ node, at, make, read }) {
      const counter = make.coordinate('uint32', ravel(at, node.aval.shape))
      return make.apply('uint32', 'threefryBits', [...keyOf(read), make.constant('uint32', 0), counter])
    },
  },
  foldIn: {
    lower({ at, make, read }) {
      const inputs = [...keyOf(read), make.constant('uint32', 0), read(1, [])]
      const word = (op: string) => make.apply('uint32', op, inputs)
      const first: Condition = { index: at[0]!, low: 0, high: 1 }
      return make.choice([first], () => word('threefryHigh'), word('threefryLow'))
    },
  },
}

function keyOf(read: MapContext['read']): [Expression, Expression] {
  return [read(0, [constantIndex(0)]), read(0, [constantIndex(1)])]
}

function padded({ node, inputs, at, make, read }: MapContext): Expression {
  const { low, interior } = node.params as PadParams
  const { shape, dtype } = inputs[0]!
  const zero = make.constant(dtype, 0)
  if (shape.includes(0)) return zero
  const conditions: Condition[] = []
  const places = at.map((index, axis) => {
    const place = shifted(index, -low[axis]!)
    const gap = interior[axis]! + 1
    conditions.push({ index: place, low: 0, high: (shape[axis]! - 1) * gap + 1 })
    if (gap > 1) conditions.push({ index: remainder(place, gap), low: 0, high: 1 })
    return quotient(place, gap)
  })
  return make.choice(conditions, () => read(0, places), zero)
}

// An index out of range gives 0; it is replaced by 0 before anything is read.
function gathered({ node, inputs, at, make, read }: MapContext): Expression {
  const { axis } = node.params as { axis: number }
  const [x, indices] = inputs as [Aval, Aval]
  const rank = indices.shape.length
  const size = x.shape[axis]!
  const zero = make.constant(x.dtype, 0)
  if (size === 0) return zero
  const { dtype } = indices
  const index = read(1, at.slice(axis, axis + rank))
  const above = make.apply('bool', 'greaterEqual', [index, make.constant(dtype, 0)])
  const below = make.apply('bool', 'less', [index, make.constant(dtype, size)])
  const inside = make.apply('bool', 'logicalAnd', [above, below])
  const safe = make.apply(dtype, 'where', [inside, index, make.constant(dtype, 0)])
  const place = indexOf(lookedUp(safe, size))
  const element = read(0, [...at.slice(0, axis), place, ...at.slice(axis + rank)])
  return make.apply(x.dtype, 'where', [inside, element, zero])
}

/** A reduction over nothing. */
const unreducedRule: MapRule = {
  once: true,
  lower({ node, inputs, at, make, read }) {
    const place = reductionRules[node.op.name]!.place(node, inputs[0]!, at, [])
    return make.choice(place.only, () => read(0, place.at), make.constant(node.aval.dtype, 0))
  },
}

/** The rule by which a node's elements are computed. */
export function mapRuleOf({ op }: Node): MapRule {
  return op.elementwise ? elementwiseRule : (mapRules[op.name] ?? unreducedRule)
}
