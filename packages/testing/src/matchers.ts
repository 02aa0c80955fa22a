import { formatShape, type Shape, sameShape, Tensor, type TypedArray } from '@gradus/tensor'
import { firstDifference, positionOf } from './compare.ts'
import { flatten, type NestedNumbers, shapeOf } from './given.ts'

/** Values to compare with: a tensor, or numbers and booleans nested like its dimensions. */
export type ExpectedTensor = Tensor | boolean | NestedNumbers | NestedBooleans
/** Booleans nested like the dimensions. */
export type NestedBooleans = boolean | readonly NestedBooleans[]

/** The options of `toEqualTensor`. */
export interface ToEqualTensorOptions {
  /** Tolerance for `|actual - expected| <= tolerance * (1 + |expected|)` (default 0). */
  readonly tolerance?: number
}

interface MatcherResult {
  readonly pass: boolean
  readonly message: () => string
}

/**
 * Matchers for tensors, for `expect.extend(tensorMatchers)`. `toEqualTensor(expected, { tolerance })` compares shape and values,
 * and the dtype if `expected` is a tensor; NaN equals NaN and -0 equals 0. `toHaveShape(shape)` compares the shape. On a backend
 * without synchronous reads, await `toEqualTensor`.
 */
export const tensorMatchers: {
  toEqualTensor(
    actual: unknown,
    expected: ExpectedTensor,
    options?: ToEqualTensorOptions,
  ): MatcherResult | Promise<MatcherResult>
  toHaveShape(actual: unknown, shape: Shape): MatcherResult
} = {
  toEqualTensor(actual, expected, { tolerance = 0 } = {}) {
    if (!(actual instanceof Tensor)) return fail(`expected a tensor and got ${String(actual)}`)
    const aval = expected instanceof Tensor ? expected : { dtype: actual.dtype, shape: shapeOf(numbers(expected)) }
    if (!sameShape(actual.shape, aval.shape) || actual.dtype !== aval.dtype) {
      return fail(
        `expected ${aval.dtype}${formatShape(aval.shape)} and got ${actual.dtype}${formatShape(actual.shape)}`,
      )
    }
    const compare = (a: TypedArray, b: ArrayLike<number>) => compareValues(a, b, actual.shape, tolerance)
    const wanted = expected instanceof Tensor ? valuesOf(expected) : flatten(numbers(expected))
    const values = valuesOf(actual)
    if (values instanceof Promise || wanted instanceof Promise) {
      return Promise.all([values, wanted]).then(([a, b]) => compare(a, b))
    }
    return compare(values, wanted)
  },

  toHaveShape(actual, shape) {
    if (!(actual instanceof Tensor)) return fail(`expected a tensor and got ${String(actual)}`)
    return {
      pass: sameShape(actual.shape, shape),
      message: () => `expected shape ${formatShape(shape)} and got ${formatShape(actual.shape)}`,
    }
  },
}

function fail(message: string): MatcherResult {
  return { pass: false, message: () => message }
}

function compareValues(values: TypedArray, wanted: ArrayLike<number>, shape: Shape, tolerance: number): MatcherResult {
  const index = firstDifference(values, wanted, tolerance)
  if (index === undefined) return { pass: true, message: () => 'expected the tensors to differ, and they are equal' }
  const position = shape.length === 0 ? '' : ` at ${formatShape(positionOf(index, shape))}`
  return fail(`expected ${wanted[index]} and got ${values[index]}${position} (tolerance ${tolerance})`)
}

function valuesOf(tensor: Tensor): TypedArray | Promise<TypedArray> {
  return tensor.storage.memory.readSync ? tensor.dataSync() : tensor.data()
}

function numbers(values: Exclude<ExpectedTensor, Tensor>): NestedNumbers {
  return Array.isArray(values) ? values.map(numbers) : Number(values)
}

declare module 'vitest' {
  interface Matchers<T> {
    /** Compares shape and values. */
    toEqualTensor(expected: ExpectedTensor, options?: ToEqualTensorOptions): void | Promise<void>
    /** Compares the shape. */
    toHaveShape(shape: Shape): void
  }
}
