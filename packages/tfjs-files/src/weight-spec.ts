import { describeValue, FormatError, isPlainObject, maxWeight } from '@gradus/core'

/** How the values of a weight are stored in fewer bytes. */
interface Quantization {
  readonly dtype: 'uint8' | 'uint16' | 'float16'
  readonly scale: number
  readonly min: number
}

/** A weight of a file of TensorFlow.js, without its values. */
export interface WeightSpec {
  readonly name: string
  readonly shape: readonly number[]
  readonly dtype: 'float32' | 'int32' | 'bool'
  readonly quantization?: Quantization
  /** Whether it belongs to the state of the optimizer. */
  readonly ofOptimizer: boolean
}

const storedDTypes = { uint8: 1, uint16: 2, float16: 2 } as const
const dtypes = { float32: 4, int32: 4, bool: 1 } as const

/** The number of elements of a weight. */
function sizeOf({ shape }: WeightSpec): number {
  return shape.reduce((size, d) => size * d, 1)
}

/** The number of bytes of a weight in the file. */
export function bytesOf(spec: WeightSpec): number {
  return sizeOf(spec) * (spec.quantization ? storedDTypes[spec.quantization.dtype] : dtypes[spec.dtype])
}

/** Checks a list of weights. Throws `FormatError` with the place, which begins with `path`, for what cannot be read. */
export function weightSpecs(value: unknown, path: string): WeightSpec[] {
  if (!Array.isArray(value))
    throw new FormatError(`${path} must be a list of weights and is ${describeValue(value)}. ${advice}`)
  return value.map((item: unknown, index) => weightSpec(item, `${path}[${index}]`))
}

const advice = 'Save the model again with TensorFlow.js, or convert it again.'

function weightSpec(value: unknown, path: string): WeightSpec {
  if (!isPlainObject(value) || typeof value['name'] !== 'string' || value['name'].length > 1000) {
    throw new FormatError(`${path} must be a weight with a name and is ${describeValue(value)}. ${advice}`)
  }
  const { name, shape, dtype, group, quantization } = value
  const at = `${path} ('${name.slice(0, 200)}')`
  if (!Array.isArray(shape) || !shape.every((d) => Number.isSafeInteger(d) && d >= 0)) {
    throw new FormatError(`The shape of ${at} is ${describeValue(shape)}; expected a list of sizes. ${advice}`)
  }
  if (shape.length > 16 || shape.reduce((size: number, d: number) => size * d, 1) > maxWeight) {
    throw new FormatError(`${at} has the shape ${describeValue(shape)}; a weight holds at most ${maxWeight} numbers.`)
  }
  if (typeof dtype !== 'string' || !Object.hasOwn(dtypes, dtype)) {
    throw new FormatError(
      `The dtype of ${at} is ${describeValue(dtype)}; expected ${Object.keys(dtypes).join(', ')}. Weights of other dtypes cannot be read.`,
    )
  }
  return {
    name,
    shape: shape as number[],
    dtype: dtype as WeightSpec['dtype'],
    ofOptimizer: group === 'optimizer',
    ...(quantization !== undefined && quantization !== null && { quantization: quantizationOf(quantization, at) }),
  }
}

function quantizationOf(value: unknown, at: string): Quantization {
  const { dtype, scale = 1, min = 0 } = (isPlainObject(value) ? value : {}) as Record<string, unknown>
  if (typeof dtype !== 'string' || !Object.hasOwn(storedDTypes, dtype)) {
    throw new FormatError(
      `The quantization of ${at} is ${describeValue(value)}; expected the dtype uint8, uint16 or float16. ${advice}`,
    )
  }
  if (!Number.isFinite(scale) || !Number.isFinite(min)) {
    throw new FormatError(`The quantization of ${at} is ${describeValue(value)}; expected numbers for scale and min.`)
  }
  return { dtype: dtype as Quantization['dtype'], scale: scale as number, min: min as number }
}
