import { formatShape, type Shape, sameShape, Tensor, type TypedArray } from '@gradus/tensor'
import { firstDifference, positionOf } from './compare.ts'
import { flatten, type NestedNumbers, shapeOf } from './given.ts'

/** Values to compare with: a tensor, or numbers and booleans nested like its dimensions. */
export type ExpectedTensor = Tensor | boolean | NestedNumbers | NestedBooleans
export type NestedBooleans = boolean | readonly NestedBooleans[]

export interface ToEqualTensorOptions {
  /** For `|actual - expected| <= tolerance * (1 + |expected|)`; default 0. */
  readonly tolerance?: number
}

interface MatcherResult {
  readonly pass: boolean
  readonly message: () => string
}

/**
 * Matchers for tensors, for `expect.extend(tensorMatchers)`: `toEqualTensor(values, { tolerance })` compares shape and
 * values (of a tensor given as expected, the dtype too; NaN equals NaN and -0 equals 0), `toHaveShape(shape)` the shape.
 * On a backend that cannot be read at once, await `toEqualTensor`.
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
    const form = expected instanceof Tensor ? expected : { dtype: actual.dtype, shape: shapeOf(numbers(expected)) }
    if (!sameShape(actual.shape, form.shape) || actual.dtype !== form.dtype) {
      return fail(
        `expected ${form.dtype}${formatShape(form.shape)} and got ${actual.dtype}${formatShape(actual.shape)}`,
      )
    }
    const judge = (values: TypedArray, wanted: ArrayLike<number>) => verdict(values, wanted, actual.shape, tolerance)
    const wanted = expected instanceof Tensor ? readable(expected) : flatten(numbers(expected))
    const values = readable(actual)
    if (values instanceof Promise || wanted instanceof Promise) {
      return Promise.all([values, wanted]).then(([a, b]) => judge(a, b))
    }
    return judge(values, wanted)
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

function verdict(values: TypedArray, wanted: ArrayLike<number>, shape: Shape, tolerance: number): MatcherResult {
  const index = firstDifference(values, wanted, tolerance)
  if (index === undefined) return { pass: true, message: () => 'expected the tensors to differ, and they are equal' }
  const place = shape.length === 0 ? '' : ` at ${formatShape(positionOf(index, shape))}`
  return fail(`expected ${wanted[index]} and got ${values[index]}${place} (tolerance ${tolerance})`)
}

function readable(tensor: Tensor): TypedArray | Promise<TypedArray> {
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
