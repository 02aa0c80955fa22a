import { type Application, apply, type Translate } from './application.ts'
import { asList, rankOf, sizeOf } from './known-shapes.ts'
import { describeKeras } from './object.ts'
import { KerasTensor } from './saved-call.ts'

// Operations on shapes and positions that take other arguments than ours.

/** Null is the batch dimension. */
export const reshape: Translate = ([x], { newshape: shape }) =>
  apply(
    'reshape',
    x,
    asList(shape).map((d) => d ?? -1),
  )

export const expandDims: Translate = ([x], { axis }, fail) => {
  const axes = asList(axis) as number[]
  if (axes.length === 1) return apply('expandDims', x, axes[0])
  const rank = rankOf(x, fail) + axes.length
  const sorted = axes.map((index) => (index < 0 ? index + rank : index)).sort((a, b) => a - b)
  return sorted.reduce<unknown>((value, index) => apply('expandDims', value, index), x) as Application
}

export const append: Translate = ([a, b], { axis }) =>
  axis === null ? apply('concat', [apply('flatten', a), apply('flatten', b)], 0) : apply('concat', [a, b], axis)

export const hstack: Translate = ([tensors], _, fail) =>
  apply('concat', tensors, rankOf(asList(tensors)[0], fail) === 1 ? 0 : 1)

export const vstack: Translate = ([tensors], _, fail) =>
  rankOf(asList(tensors)[0], fail) === 1 ? apply('stack', tensors, 0) : apply('concat', tensors, 0)

/** A number of parts stays; split indices become sizes. */
export const split: Translate = ([x], { indices_or_sections: parts, axis }, fail) => {
  if (typeof parts === 'number') return apply('split', x, parts, axis)
  const ends = [...asList(parts), sizeOf(x, axis as number, fail)] as number[]
  return apply(
    'split',
    x,
    ends.map((end, index) => end - (ends[index - 1] ?? 0)),
    axis,
  )
}

/** The sizes differ by at most 1; the larger ones come first. */
export const arraySplit: Translate = (args, options, fail) => {
  const { indices_or_sections: parts, axis } = options
  if (typeof parts !== 'number') return split(args, options, fail)
  const size = sizeOf(args[0], axis as number, fail)
  const sizes = Array.from({ length: parts }, (_, index) => Math.floor(size / parts) + Number(index < size % parts))
  return apply('split', args[0], sizes, axis)
}

export const unstack: Translate = ([x], { axis }) => apply('unstack', x, axis)

export const tile: Translate = ([x], { repeats }) => apply('tile', x, asList(repeats))

export const pad: Translate = ([x], { pad_width: width, mode, constant_values: value }, fail) => {
  const pairs = asList(width)
  const same = typeof pairs[0] === 'number' ? [pairs[0], pairs.at(-1)] : undefined
  return apply('pad', x, same ? Array.from({ length: rankOf(x, fail) }, () => same) : pairs, {
    mode,
    ...(value !== null && value !== undefined && { value }),
  })
}

export const take: Translate = ([x, indices], { axis }, fail) => {
  const source = axis === null ? apply('flatten', x) : x
  const along = (axis ?? 0) as number
  if (indices instanceof KerasTensor) return apply('gather', source, indices, { axis: along })
  if (typeof indices !== 'number')
    throw fail(`takes the indices ${describeKeras(indices)}; expected a tensor or one number`)
  const before = along < 0 ? rankOf(x, fail) + along : along
  const start = [...new Array<number>(before).fill(0), indices]
  const size = [...new Array<number>(before).fill(-1), 1]
  return apply('squeeze', apply('slice', source, start, size), before)
}

export const takeAlongAxis: Translate = ([x, indices], { axis }) =>
  axis === null
    ? apply('takeAlongAxis', apply('flatten', x), apply('flatten', indices), 0)
    : apply('takeAlongAxis', x, indices, axis)

export const meshgrid: Translate = (vectors, { indexing }) => apply('meshgrid', vectors, { indexing })
