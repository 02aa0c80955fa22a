import { stopGradient } from '@gradus/autograd'
import {
  type BaseLayer,
  type CallWrapper,
  ConfigError,
  type ConfigOf,
  completeConfig,
  describeValue,
  isPlainObject,
  type Kind,
  layersWithin,
  type OptionsOf,
  replaceVariables,
  variablesOf,
  wrapCalls,
  wrapperOf,
} from '@gradus/core'
import {
  add,
  cast,
  div,
  isFloat,
  type Shape,
  sqrt,
  square,
  sub,
  sum,
  Tensor,
  type Tree,
  tidy,
  treeLeaves,
} from '@gradus/tensor'
import { keepTensors } from '@gradus/tensor/internals'
import { dequantizeWeight, type Packed, type Quantization, quantizeInput, quantizeWeight } from './quantized-weights.ts'

const fields = {
  /** With int4: numbers along the inputs that share a scale and a zero; null for one scale per channel, without a zero. */
  blockSize: { type: 'integer', min: 1, default: 128 },
  /** With int8: whether the inputs of dense layers are rounded to 8 bits, too, as in Keras. */
  inputs: { type: 'boolean', default: true },
  /** Which layers are quantized: a pattern for their paths, a list of patterns, or a function (default all that can be). */
  filters: { type: 'unknown' as Kind<string | readonly string[] | ((layer: BaseLayer, path: string) => boolean)> },
} as const

/** Options of `quantize`. */
export interface QuantizeOptions extends Omit<ConfigOf<typeof fields>, 'blockSize'> {
  readonly blockSize?: number | null
}

/** The form of quantized weights: whole numbers of 8 or of 4 bits. */
export type QuantizeMode = 'int8' | 'int4'

/** A layer that was quantized. */
export interface QuantizedLayer {
  /** The path of the layer in the model. */
  readonly path: string
  /** Bytes of the weight before and after. */
  readonly bytes: readonly [before: number, after: number]
  /** The norm of the difference between the weight and the one that the quantized numbers stand for, by that of the weight. */
  readonly error: number
}

/** What a file says about a quantized layer. */
interface Saved {
  readonly mode: QuantizeMode
  readonly blockSize: number | null
  readonly inputs: boolean
}

/** The weight of a layer that is quantized. */
interface Target {
  readonly key: string
  /** The axes of the weight over which a scale is shared. */
  readonly axes: readonly number[]
  /** The axis of the matrix that the weight is, over which a scale is shared in 4 bits (default 0). */
  readonly along?: 0 | 1
  /** The axes of an input of this rank that are summed over; undefined where inputs are not quantized. */
  readonly inputAxes?: (rank: number) => readonly number[]
}

/**
 * Quantizes the weights of `Dense`, `EinsumDense`, `Embedding` and convolutions in a model, in place; see `Model.quantize`. Throws
 * `ConfigError` for other modes and options.
 */
export async function quantizeLayers(
  model: BaseLayer,
  mode: QuantizeMode,
  options: QuantizeOptions = {},
): Promise<QuantizedLayer[]> {
  if (mode !== 'int8' && mode !== 'int4') {
    throw new ConfigError(`quantize: the mode must be 'int8' or 'int4' and is ${describeValue(mode)}.`)
  }
  const { blockSize: given, ...rest } = options
  const complete = completeConfig('quantize', given === null ? rest : options, fields) as OptionsOf<typeof fields>
  const blockSize = mode === 'int8' || given === null ? null : complete.blockSize
  const saved = { mode, blockSize, inputs: mode === 'int8' && complete.inputs }
  const chosen = layersWithin(model).filter(({ layer, path }) => matches(complete.filters, layer, path))
  const reports = chosen.flatMap(({ layer, path }) => {
    const report = quantizeLayer(layer, saved)
    return report ? [{ path, ...report }] : []
  })
  return Promise.all(reports.map(async ({ error, ...report }) => ({ ...report, error: await read(error) })))
}

/** Quantizes layers as a file says, so that its weights fit. Throws `ConfigError` for layers that cannot be quantized so. */
export async function requantize(model: BaseLayer, layers: Readonly<Record<string, unknown>>): Promise<void> {
  if (!isPlainObject(layers)) {
    throw new ConfigError(
      `The quantization of a model must be an object with the paths of its layers and is ${describeValue(layers)}. Save the model again.`,
    )
  }
  for (const [path, saved] of Object.entries(layers)) {
    const { mode, ...options } = (saved ?? {}) as Partial<Saved>
    const done = await quantizeLayers(model, mode!, { ...options, filters: (_, own) => own === path })
    if (done.length === 0)
      throw new ConfigError(`The file has quantized weights of ${path}, which the model cannot have.`)
  }
}

function quantizeLayer(
  layer: BaseLayer,
  saved: Saved,
): { readonly bytes: readonly [number, number]; readonly error: Tensor } | undefined {
  const target = targetOf(layer)
  const variables = variablesOf(layer)
  const { [target?.key ?? '']: weight, ...params } = (variables?.params ?? {}) as Record<string, Tensor>
  if (!target || !(weight instanceof Tensor)) return undefined
  const how = quantizationOf(target, weight.shape, saved)
  const made = tidy(() => {
    const packed = quantizeWeight(weight, how)
    const whole = cast(weight, 'float32')
    const difference = sub(dequantizeWeight(packed, how, weight.shape), whole)
    const error = sqrt(div(sum(square(difference)), add(sum(square(whole)), 1e-30)))
    return { packed, error }
  })
  keepTensors(treeLeaves(made as unknown as Tree))
  const { key } = target
  const { words, scale, zero } = made.packed
  const state = { [key]: words, [`${key}Scale`]: scale, ...(zero && { [`${key}Zero`]: zero }) }
  const bytes = [bytesOf(weight), Object.values(state).reduce((total, value) => total + bytesOf(value), 0)] as const
  replaceVariables(layer, { params, state: { ...(variables!.state as object), ...state } })
  wrapCalls(layer, wrapperFor(layer, target, how, weight.shape, saved))
  weight.dispose()
  return { bytes, error: made.error }
}

/** Calls a layer with the weight that the quantized numbers stand for. Gradients of the inputs are those without rounding. */
function wrapperFor(layer: BaseLayer, target: Target, how: Quantization, shape: Shape, saved: Saved): CallWrapper {
  const { key, inputAxes } = target
  const wrapper: CallWrapper = (forward, given, call) => {
    const variables = forward.variablesOf(layer, given)
    const state = (variables?.state ?? {}) as Record<string, Tensor>
    const { [key]: words, [`${key}Scale`]: scale, [`${key}Zero`]: zero } = state
    if (!words || !scale) return forward.run(layer, given, call)
    const packed: Packed = { words, scale, ...(zero && { zero }) }
    const weight = cast(dequantizeWeight(packed, how, shape), layer.dtype)
    const params = { ...((call.params ?? variables!.params) as object), [key]: weight } as Tree
    const rounds = saved.inputs && inputAxes && given instanceof Tensor && isFloat(given.dtype)
    const inputs = rounds ? rounded(given, inputAxes(given.rank)) : given
    return forward.run(layer, inputs, { ...call, params })
  }
  return Object.assign(wrapper, { saved })
}

function rounded(x: Tensor, axes: readonly number[]): Tensor {
  return add(x, stopGradient(sub(quantizeInput(x, axes), x)))
}

function quantizationOf({ axes, along = 0 }: Target, shape: Shape, { mode, blockSize }: Saved): Quantization {
  if (mode === 'int8') return { bits: 8, shape, axes, blockSize: undefined }
  // Keras quantizes a matrix, of the summed axes and the others in this order, whatever that of the axes is
  const summed = axes.reduce((product, axis) => product * shape[axis]!, 1)
  const others = shape.reduce((product, d) => product * d, 1) / summed
  const matrix = along === 0 ? [summed, others] : [others, summed]
  return {
    bits: 4,
    shape: matrix,
    axes: [along],
    // a longer block has more zeros at its end, which give the same scale and zero
    blockSize: blockSize === null ? undefined : Math.min(blockSize, matrix[along]! + 1),
  }
}

/** The weight of a layer that can be quantized, by the type of the layer. */
function targetOf(layer: BaseLayer): Target | undefined {
  if (wrapperOf(layer)?.saved) return undefined
  const last = (rank: number) => [rank - 1]
  switch (layer.type) {
    case 'Dense':
      return { key: 'kernel', axes: [0], inputAxes: last }
    case 'EinsumDense':
      return einsumTarget((layer.options as { readonly equation: string }).equation)
    case 'Embedding':
      return { key: 'embeddings', axes: [1], along: 1 }
    case 'Conv1D':
    case 'Conv2D':
    case 'Conv3D': {
      const rank = Number(layer.type[4])
      return { key: 'kernel', axes: Array.from({ length: rank + 1 }, (_, axis) => axis) }
    }
    default:
      return undefined
  }
}

/** The axes of kernel and input that the output of an equation lacks. */
function einsumTarget(equation: string): Target {
  const [inputs = '', output = ''] = equation.replaceAll(' ', '').split('->')
  const [input = '', kernel = ''] = inputs.split(',')
  const missing = (letters: string) =>
    [...letters].flatMap((letter, axis) => (letter === '.' || output.includes(letter) ? [] : [axis]))
  return {
    key: 'kernel',
    axes: missing(kernel),
    inputAxes: (rank) => {
      // axes without letters are on the left or on the right
      const letters = input.replace('...', '')
      const shift = input.startsWith('...') ? rank - letters.length : 0
      return missing(letters).map((axis) => axis + shift)
    },
  }
}

function matches(filters: OptionsOf<typeof fields>['filters'], layer: BaseLayer, path: string): boolean {
  if (filters === undefined) return true
  if (typeof filters === 'function') return filters(layer, path)
  return [filters].flat().some((pattern) => new RegExp(pattern as string).test(path))
}

function bytesOf({ size, dtype }: Tensor): number {
  return size * (dtype === 'float64' ? 8 : dtype === 'float16' ? 2 : 4)
}

async function read(error: Tensor): Promise<number> {
  const [value = Number.NaN] = await error.data()
  error.dispose()
  return value
}
