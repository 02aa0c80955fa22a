import { type Application, apply, type Translate } from './keras-application.ts'
import { dtypeOfKeras } from './keras-casts.ts'
import { type Config, describeKeras } from './keras-object.ts'
import { KerasTensor } from './keras-saved-call.ts'

// Operations whose arguments differ from ours in more than names.

type Fail = Parameters<Translate>[2]

export const cast: Translate = ([x], { dtype }) => apply('cast', x, dtypeOfKeras(String(dtype)))

export const clip: Translate = ([x], { x_min: low, x_max: high }) => apply('clip', x, low, high)

export const round: Translate = ([x], { decimals = 0 }) => {
  if (decimals === 0) return apply('round', x)
  const scale = 10 ** (decimals as number)
  return apply('div', apply('round', apply('mul', x, scale)), scale)
}

export const normalize: Translate = ([x], { axis, order, epsilon }, fail) => {
  if (order !== 2) throw fail(`has the order ${describeKeras(order)}; only 2 is known here`)
  return apply('l2Normalize', x, { axis, epsilon: epsilon ?? 1e-7 })
}

export const average: Translate = ([x], { axis, weights }, fail) => {
  if (weights) throw fail('has weights')
  return apply('mean', x, along(axis))
}

export const moments: Translate = ([x], { axes, keepdims }) => apply('moments', x, { axis: axes, keepDims: keepdims })

export const max: Translate = (args, options) => extreme('max', 'maximum', args, options)

export const min: Translate = (args, options) => extreme('min', 'minimum', args, options)

function extreme(operation: string, ofTwo: string, [x]: readonly unknown[], { axis, keepdims, initial }: Config) {
  const found = apply(operation, x, { ...along(axis), keepDims: keepdims })
  return initial === null || initial === undefined ? found : apply(ofTwo, found, initial)
}

export const norm: Translate = ([x], { ord, axis, keepdims }, fail) => {
  const vectors = typeof axis === 'number' || rankOf(x, fail) === 1
  if (!vectors && ord !== null && ord !== 'fro') throw fail(`takes the norm ${describeKeras(ord)} of matrices`)
  return apply('norm', x, { ...along(axis), keepDims: keepdims, ...(vectors && typeof ord === 'number' && { ord }) })
}

export const cumsum: Translate = (args, options, fail) => running('cumsum', args, options, fail)

export const cumprod: Translate = (args, options, fail) => running('cumprod', args, options, fail)

function running(operation: string, [x]: readonly unknown[], { axis, dtype }: Config, fail: Fail): Application {
  if (dtype) throw fail(`has the dtype ${describeKeras(dtype)}`)
  return axis === null ? apply(operation, apply('flatten', x), { axis: 0 }) : apply(operation, x, { axis })
}

export const argsort: Translate = ([x], { axis }) =>
  axis === null ? apply('argsort', apply('flatten', x)) : apply('argsort', x, { axis })

export const topK: Translate = ([x], { k }) => apply('topK', x, k)

export const einsum: Translate = (operands, { subscripts }) => apply('einsum', subscripts, ...operands)

/** A dimension that is null when Keras writes it is the one of the batch. */
export const reshape: Translate = ([x], { newshape: shape }) =>
  apply(
    'reshape',
    x,
    list(shape).map((d) => d ?? -1),
  )

export const expandDims: Translate = ([x], { axis }, fail) => {
  const axes = list(axis) as number[]
  if (axes.length === 1) return apply('expandDims', x, axes[0])
  const rank = rankOf(x, fail) + axes.length
  const places = axes.map((place) => (place < 0 ? place + rank : place)).sort((a, b) => a - b)
  return places.reduce<unknown>((value, place) => apply('expandDims', value, place), x) as Application
}

export const append: Translate = ([a, b], { axis }) =>
  axis === null ? apply('concat', [apply('flatten', a), apply('flatten', b)], 0) : apply('concat', [a, b], axis)

export const hstack: Translate = ([tensors], _, fail) =>
  apply('concat', tensors, rankOf(list(tensors)[0], fail) === 1 ? 0 : 1)

export const vstack: Translate = ([tensors], _, fail) =>
  rankOf(list(tensors)[0], fail) === 1 ? apply('stack', tensors, 0) : apply('concat', tensors, 0)

/** Numbers of parts stay; places to cut at become sizes. */
export const split: Translate = ([x], { indices_or_sections: parts, axis }, fail) => {
  if (typeof parts === 'number') return apply('split', x, parts, axis)
  const ends = [...list(parts), sizeOf(x, axis as number, fail)] as number[]
  return apply(
    'split',
    x,
    ends.map((end, index) => end - (ends[index - 1] ?? 0)),
    axis,
  )
}

/** Parts that differ by at most 1; the larger ones come first. */
export const arraySplit: Translate = (args, options, fail) => {
  const { indices_or_sections: parts, axis } = options
  if (typeof parts !== 'number') return split(args, options, fail)
  const size = sizeOf(args[0], axis as number, fail)
  const sizes = Array.from({ length: parts }, (_, index) => Math.floor(size / parts) + Number(index < size % parts))
  return apply('split', args[0], sizes, axis)
}

export const unstack: Translate = ([x], { axis }) => apply('unstack', x, axis)

export const tile: Translate = ([x], { repeats }) => apply('tile', x, list(repeats))

export const pad: Translate = ([x], { pad_width: width, mode, constant_values: value }, fail) => {
  const pairs = list(width)
  const same = typeof pairs[0] === 'number' ? [pairs[0], pairs.at(-1)] : undefined
  return apply('pad', x, same ? Array.from({ length: rankOf(x, fail) }, () => same) : pairs, {
    mode,
    ...(value !== null && value !== undefined && { value }),
  })
}

export const take: Translate = ([x, indices], { axis }, fail) => {
  const source = axis === null ? apply('flatten', x) : x
  const place = (axis ?? 0) as number
  if (indices instanceof KerasTensor) return apply('gather', source, indices, { axis: place })
  if (typeof indices !== 'number')
    throw fail(`takes the indices ${describeKeras(indices)}; expected a tensor or one number`)
  const before = place < 0 ? rankOf(x, fail) + place : place
  const start = [...new Array<number>(before).fill(0), indices]
  const size = [...new Array<number>(before).fill(-1), 1]
  return apply('squeeze', apply('slice', source, start, size), before)
}

export const takeAlongAxis: Translate = ([x, indices], { axis }) =>
  axis === null
    ? apply('takeAlongAxis', apply('flatten', x), apply('flatten', indices), 0)
    : apply('takeAlongAxis', x, indices, axis)

export const meshgrid: Translate = (vectors, { indexing }) => apply('meshgrid', vectors, { indexing })

export const zerosLike: Translate = ([x], { dtype }) => inDType(apply('zerosLike', x), dtype)

export const onesLike: Translate = ([x], { dtype }) => inDType(apply('onesLike', x), dtype)

export const fullLike: Translate = ([x, value], { dtype }) => inDType(apply('mul', apply('onesLike', x), value), dtype)

function inDType(made: Application, dtype: unknown): Application {
  return dtype ? apply('cast', made, dtypeOfKeras(String(dtype))) : made
}

export const maxPool: Translate = (args, options, fail) => pool('maxPool', args, options, fail)

export const averagePool: Translate = (args, options, fail) => pool('averagePool', args, options, fail)

function pool(operation: string, [x]: readonly unknown[], options: Config, fail: Fail): Application {
  const { pool_size: poolSize, strides, padding, data_format: format } = options
  if (format === 'channels_first') throw fail('has its channels first; expected them last')
  return apply(operation, x, { poolSize, strides, padding })
}

function along(axis: unknown): Config {
  return axis === null || axis === undefined ? {} : { axis }
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value]
}

function shapeOf(x: unknown, fail: Fail): readonly (number | null)[] {
  if (x instanceof KerasTensor && x.shape) return x.shape
  throw fail('does not say the shape of its input')
}

export function rankOf(x: unknown, fail: Fail): number {
  return shapeOf(x, fail).length
}

function sizeOf(x: unknown, axis: number, fail: Fail): number {
  const size = shapeOf(x, fail).at(axis)
  if (typeof size === 'number') return size
  throw fail(`cuts axis ${axis}, whose size is not known`)
}
