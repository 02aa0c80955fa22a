import { isPlainObject } from '@gradus/core'
import { kerasOptionName, snakeName } from './to-names.ts'

/** An operation of Keras: its class, its options, and the arguments of a call, in which `{ input: 0 }` is a tensor. */
export interface WrittenOperation {
  readonly className: string
  readonly config: Readonly<Record<string, unknown>>
  readonly args: readonly unknown[]
  readonly kwargs?: Readonly<Record<string, unknown>>
}

type Arguments = readonly unknown[]

/** The given options of an object, by Keras's names. */
function optionsIn(value: unknown): Record<string, unknown> {
  if (!isPlainObject(value)) return {}
  const given = Object.entries(value).filter(([, item]) => item !== undefined && item !== null)
  return Object.fromEntries(given.map(([key, item]) => [kerasOptionName(key), item]))
}

/** An operation of one tensor with an object of options. */
const withOptions =
  (className: string, fixed: Readonly<Record<string, unknown>> = {}) =>
  ([x, options]: Arguments): WrittenOperation => ({
    className,
    config: { ...fixed, ...optionsIn(options) },
    args: [x],
  })

/** `x[start:stop:step]`, because `ops.slice` has no steps; starts that are tensors need it. */
function slice([x, start, size = [], step = []]: Arguments): WrittenOperation {
  const [starts, sizes, steps] = [start, size, step] as [readonly unknown[], readonly number[], readonly number[]]
  if (!Array.isArray(start) || starts.some((value) => typeof value !== 'number'))
    return { className: 'Slice', config: { shape: sizes }, args: [x, start] }
  const keys = (starts as readonly number[]).map((from, axis) => {
    const distance = steps[axis] ?? 1
    const count = sizes[axis] ?? -1
    const end = count < 0 ? null : from + Math.max(0, (count - 1) * distance + Math.min(count, 1))
    // from the end, the position after the last one is no number
    const stop = from < 0 && end !== null && end >= 0 ? null : end
    return { class_name: '__slice__', config: { start: from, stop, step: distance === 1 ? null : distance } }
  })
  return { className: 'GetItem', config: {}, args: [x, keys.length > 0 ? keys : [ellipsis]] }
}

const ellipsis = { class_name: '__ellipsis__', config: {} }

/** Sizes of parts become the positions between them. */
function split([x, parts, axis = 0]: Arguments): WrittenOperation {
  let end = 0
  const positions = Array.isArray(parts) ? (parts as number[]).slice(0, -1).map((size) => (end += size)) : parts
  return { className: 'Split', config: { indices_or_sections: positions, axis }, args: [x] }
}

function pad([x, width, options]: Arguments): WrittenOperation {
  const { mode = 'constant', value } = (options ?? {}) as Readonly<Record<string, unknown>>
  const config = { pad_width: width, mode: snakeName(String(mode)) }
  return { className: 'Pad', config, args: [x], ...(value !== undefined && { kwargs: { constant_values: value } }) }
}

function attention([query, key, value, options]: Arguments): WrittenOperation {
  const { bias = null, mask = null, scale = null, isCausal = false } = (options ?? {}) as Record<string, unknown>
  return {
    className: 'DotProductAttention',
    config: { is_causal: isCausal },
    args: [query, key, value, bias, mask, scale],
  }
}

const lastChannels = { data_format: 'channels_last' }

/** Operations that Keras gives their arguments in another way than as tensors and then options. */
export const writtenOperations: Readonly<Record<string, (args: Arguments) => WrittenOperation>> = {
  slice,
  split,
  pad,
  dotProductAttention: attention,
  gather: ([x, indices, options]) => ({
    className: 'Take',
    config: { axis: 0, ...optionsIn(options) },
    args: [x, indices],
  }),
  takeAlongAxis: ([x, indices, axis = 0]) => ({ className: 'TakeAlongAxis', config: { axis }, args: [x, indices] }),
  tile: ([x, repeats]) => ({ className: 'Tile', config: { repeats }, args: [x] }),
  unstack: ([x, axis = 0]) => ({ className: 'Unstack', config: { axis }, args: [x] }),
  einsum: ([subscripts, ...operands]) => ({ className: 'Einsum', config: { subscripts }, args: operands }),
  topK: ([x, k]) => ({ className: 'TopK', config: { k }, args: [x] }),
  meshgrid: ([vectors, options]) => ({
    className: 'Meshgrid',
    config: optionsIn(options),
    args: vectors as Arguments,
  }),
  moments: ([x, options]) => {
    const { axis, ...others } = optionsIn(options)
    return { className: 'Moments', config: { axes: axis, ...others }, args: [x] }
  },
  resize: ([x, size, options]) => ({
    className: 'Resize',
    config: { size, ...lastChannels, ...optionsIn(options) },
    args: [x],
  }),
  norm: /* @__PURE__ */ withOptions('Norm'),
  argsort: /* @__PURE__ */ withOptions('Argsort'),
  l2Normalize: /* @__PURE__ */ withOptions('Normalize', { order: 2 }),
  maxPool: /* @__PURE__ */ withOptions('MaxPool', lastChannels),
  averagePool: /* @__PURE__ */ withOptions('AveragePool', lastChannels),
}
