import type { DType } from '@gradus/tensor'
import type { SampleInput } from '@gradus/tensor/internals'
import type { HostTensor } from './host.ts'
import type { RandomNumbers } from './random-numbers.ts'

/** Numbers nested like the dimensions. */
export type NestedNumbers = number | readonly NestedNumbers[]

/** An input of a check: nested numbers (float32), or a shape with values or with a range for seeded random values. */
export type GivenInput = NestedNumbers | SampleInput

/** The input as a host tensor. The dtype `float`, which is the default, becomes float32. */
export function hostOf(given: GivenInput, random: RandomNumbers): HostTensor {
  if (typeof given === 'number' || Array.isArray(given)) {
    return { shape: shapeOf(given as NestedNumbers), dtype: 'float32', values: flatten(given as NestedNumbers) }
  }
  const { shape, dtype: wanted = 'float', values, low, high } = given as SampleInput
  const dtype: DType = wanted === 'float' ? 'float32' : wanted
  return { shape, dtype, values: values ?? random.fill(shape, dtype, low, high) }
}

/** The shape of nested numbers. */
export function shapeOf(values: NestedNumbers): number[] {
  if (typeof values === 'number') return []
  return [values.length, ...(values.length === 0 ? [] : shapeOf(values[0]!))]
}

/** Nested numbers as a flat list. */
export function flatten(values: NestedNumbers): number[] {
  return typeof values === 'number' ? [values] : values.flatMap(flatten)
}
