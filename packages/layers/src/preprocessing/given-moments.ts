import { ConfigError, describeValue, type HostArray, toHostArray } from '@gradus/core'
import { type DType, formatShape, reshape, type Shape, sameShape, Tensor, tensor } from '@gradus/tensor'
import { currentInterpreter, shapeOnly } from '@gradus/tensor/internals'

/** A number, or numbers nested like dimensions. */
export type NestedValues = number | readonly NestedValues[]

/** A mean and a variance that are options. */
export interface GivenMoments {
  readonly mean: HostArray
  readonly variance: HostArray
}

/**
 * Reads the options `mean` and `variance` of a layer whose option `axis` has `axes` axes; undefined without them. Throws
 * `ConfigError` if only one is given, if their shapes do not fit, and for negative variances.
 */
export function givenMoments(
  owner: string,
  { mean, variance }: { readonly mean: NestedValues | undefined; readonly variance: NestedValues | undefined },
  axes: number,
): GivenMoments | undefined {
  if (mean === undefined && variance === undefined) return undefined
  if (mean === undefined || variance === undefined) {
    const [given, missing] = mean === undefined ? ['variance', 'mean'] : ['mean', 'variance']
    throw new ConfigError(
      `${owner}: '${given}' is given without '${missing}'. Give both, or leave out both and call adapt(data).`,
    )
  }
  const moments = { mean: nestedValues(owner, 'mean', mean), variance: nestedValues(owner, 'variance', variance) }
  const { shape } = moments.mean
  if (!sameShape(shape, moments.variance.shape)) {
    throw new ConfigError(
      `${owner}: 'mean' has the shape ${formatShape(shape)} and 'variance' the shape ${formatShape(moments.variance.shape)}. Give both in the same form.`,
    )
  }
  if (shape.length > axes) {
    throw new ConfigError(
      `${owner}: 'mean' has the shape ${formatShape(shape)}, which is more dimensions than 'axis' has axes (${axes}). Name an axis for each of them.`,
    )
  }
  const wrong = moments.variance.data.find((value) => !(value >= 0))
  if (wrong !== undefined) throw new ConfigError(`${owner}: 'variance' holds ${wrong}. A variance is at least 0.`)
  return moments
}

/** An option with a number or nested numbers as an array in float64. Throws `ConfigError` for other values. */
export function nestedValues(owner: string, key: string, values: NestedValues): HostArray {
  if (typeof values === 'number') return { data: Float64Array.of(values), shape: [], dtype: 'float64' }
  if (Array.isArray(values)) return toHostArray(values, `${owner}: '${key}'`, 'float64')
  throw new ConfigError(`${owner}: '${key}' must be a number or a list of numbers and is ${describeValue(values)}.`)
}

/** The shape in which given values of `valueShape` broadcast against an input: their axes are the last ones of `axes`. */
export function broadcastShape(valueShape: Shape, inputShape: Shape, axes: readonly number[]): Shape {
  const valueAxes = axes.slice(axes.length - valueShape.length)
  return inputShape.map((_, axis) => valueShape[valueAxes.indexOf(axis)] ?? 1)
}

/** Given values as a tensor of a shape. In shape inference it has no values, so that no backend is needed. */
export function constantOf({ data, shape: valueShape }: HostArray, shape: Shape, dtype: DType): Tensor {
  if (currentInterpreter() === shapeOnly) return new Tensor({ shape, dtype })
  return reshape(tensor(data, { shape: valueShape, dtype }), shape)
}
