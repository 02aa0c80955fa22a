import {
  FormatError,
  isPlainObject,
  type LayerSpec,
  type NodeSpec,
  type RefStructure,
  type TensorRef,
} from '@gradus/core'
import { furtherOperations } from './further-operations.ts'
import { operations } from './operations.ts'
import { kerasOptionName, snakeName } from './to-names.ts'
import { type WrittenOperation, writtenOperations } from './written-operations.ts'

/** A call in the form in which Keras saves it. */
export interface KerasCall {
  readonly args: readonly unknown[]
  readonly kwargs: Readonly<Record<string, unknown>>
}

/** A class of Keras, the number of arguments of its call, and the options that follow them here. */
interface Row {
  readonly className: string
  readonly given: number
  readonly options: readonly (string | readonly string[])[]
}

/** Operations with options that have more than one argument before them. */
const givenArguments: Readonly<Record<string, number>> = {
  ...{ Tensordot: 2, Slice: 2, Scatter: 2, Quantile: 2, Percentile: 2, Nanquantile: 2, Nanpercentile: 2, Correlate: 2 },
  ...{ SearchSorted: 2, IsIn: 2, InTopK: 2, BinaryCrossentropy: 2, PSNR: 2, SolveTriangular: 2 },
}

const further: Readonly<Record<string, Row>> = {
  reshape: { className: 'Reshape', given: 1, options: ['newshape'] },
  expandDims: { className: 'ExpandDims', given: 1, options: ['axis'] },
  clip: { className: 'Clip', given: 1, options: ['x_min', 'x_max'] },
  cast: { className: 'Cast', given: 1, options: ['dtype'] },
  round: { className: 'Round', given: 1, options: [] },
  cumsum: { className: 'Cumsum', given: 1, options: [['axis']] },
  cumprod: { className: 'Cumprod', given: 1, options: [['axis']] },
  zerosLike: { className: 'ZerosLike', given: 1, options: [] },
  onesLike: { className: 'OnesLike', given: 1, options: [] },
}

const modulesOf: Readonly<Record<string, readonly string[]>> = /* @__PURE__ */ (() => ({
  nn: (
    'Relu Relu6 Sigmoid Silu Softplus Gelu Softmax LogSoftmax OneHot Moments MultiHot PSNR Fold Unfold BinaryCrossentropy ' +
    'Normalize DotProductAttention MaxPool AveragePool'
  ).split(' '),
  math: ['Logsumexp', 'Rsqrt', 'Erf', 'Erfc', 'Erfinv', 'TopK', 'InTopK', 'CDist', 'Logdet'],
  linalg: ['Cholesky', 'CholeskyInverse', 'Det', 'Inv', 'Qr', 'Solve', 'SolveTriangular', 'Norm'],
  image: ['Resize'],
  core: ['Scatter', 'ScatterUpdate', 'Slice', 'Unstack', 'Cast'],
}))()

let known: ReadonlyMap<string, Row> | undefined

/** The classes of Keras by the names of operations here. */
function rows(): ReadonlyMap<string, Row> {
  if (known) return known
  const found = new Map(Object.entries(further))
  for (const [className, row] of Object.entries({ ...operations, ...furtherOperations })) {
    if (typeof row === 'function') continue
    const [operation, ...options] = typeof row === 'string' ? [row] : row
    const given = typeof row === 'string' ? Number.POSITIVE_INFINITY : (givenArguments[className] ?? 1)
    if (!found.has(operation)) found.set(operation, { className, given, options })
  }
  known = found
  return found
}

/** Translates an operation between layers. Throws `FormatError` for one that Keras does not have in this form. */
export function operationConfig(
  { name, spec, calls }: NodeSpec,
  tensor: (ref: TensorRef) => unknown,
): { object: Record<string, unknown>; calls: KerasCall[] } {
  const { operation, args } = spec as LayerSpec & { readonly operation: string; readonly args: readonly unknown[] }
  const written = Object.hasOwn(writtenOperations, operation)
    ? writtenOperations[operation]!(args)
    : byRow(rows().get(operation), args)
  if (!written)
    throw new FormatError(
      `The operation '${operation}' ('${name}') between layers cannot be written in a file of Keras. Put it into a layer, or save the model as .safetensors.`,
    )
  const { className, config, args: given, kwargs = {} } = written
  const module = Object.entries(modulesOf).find(([, classes]) => classes.includes(className))?.[0] ?? 'numpy'
  return {
    object: {
      module: `keras.src.ops.${module}`,
      class_name: className,
      config: { ...config, name },
      registered_name: className,
    },
    calls: calls.map(({ inputs }) => ({ args: given.map((value) => filled(value, inputs, tensor)), kwargs })),
  }
}

function byRow(row: Row | undefined, args: readonly unknown[]): WrittenOperation | undefined {
  if (!row) return undefined
  const { className, given, options } = row
  return { className, config: optionsOf(args.slice(given), options), args: args.slice(0, given) }
}

function optionsOf(args: readonly unknown[], options: Row['options']): Record<string, unknown> {
  const entries = options.flatMap((option, index) => {
    const value = args[index]
    if (value === undefined || value === null) return []
    if (typeof option === 'string') return [[option, typeof value === 'string' ? snakeName(value) : value] as const]
    if (!isPlainObject(value)) return [[option[0]!, value] as const]
    return Object.entries(value).map(([key, item]) => [kerasOptionName(key), item] as const)
  })
  return Object.fromEntries(entries)
}

/** Replaces `{ input: 0 }` by the tensor of a call. */
function filled(value: unknown, inputs: RefStructure, tensor: (ref: TensorRef) => unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => filled(item, inputs, tensor))
  if (!isPlainObject(value) || 'class_name' in value) return value
  const { input } = value
  if (typeof input === 'number') return tensor((inputs as readonly TensorRef[])[input]!)
  throw new FormatError(
    'An operation between layers has a constant tensor, which is not written in a file of Keras. Put it into a layer.',
  )
}
