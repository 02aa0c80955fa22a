import type { HostArray } from '@gradus/core'
import { type Shape, sizeOf } from '@gradus/tensor'

/** The option for the form of the output. Keras: `int`, `one_hot`, `multi_hot`, `count`, `tf_idf`. */
export const outputModeField = { oneOf: ['int', 'oneHot', 'multiHot', 'count', 'tfIdf'], default: 'int' } as const

/** A form of the output. */
export type OutputMode = (typeof outputModeField.oneOf)[number]

/**
 * The shape of encoded indices. With `oneHot` each index becomes a vector of `depth` numbers, which replaces a last axis of
 * size 1. With `multiHot`, `count` and `tfIdf` the last axis holds the tokens of a sample and becomes one vector.
 */
export function encodedShape(shape: Shape, mode: OutputMode, depth: number): Shape {
  if (mode === 'int') return shape
  const kept = mode === 'oneHot' && !(shape.length > 1 && shape.at(-1) === 1) ? shape : shape.slice(0, -1)
  return [...kept, depth]
}

/**
 * Encodes indices as int32 (`int`) or as float32 vectors of `depth` numbers: 1 at each index (`oneHot`, `multiHot`), the
 * number of its occurrences (`count`), or this number times its weight (`tfIdf`). Negative indices are ignored.
 */
export function encodeTokens(
  indices: Int32Array,
  shape: Shape,
  mode: OutputMode,
  depth: number,
  weights: readonly number[] = [],
): HostArray {
  if (mode === 'int') return { data: indices, shape, dtype: 'int32' }
  const result = encodedShape(shape, mode, depth)
  const data = new Float32Array(sizeOf(result))
  const perVector = mode === 'oneHot' ? 1 : (shape.at(-1) ?? 1)
  const counts = mode === 'count' || mode === 'tfIdf'
  indices.forEach((index, position) => {
    if (index < 0) return
    const at = Math.floor(position / perVector) * depth + index
    data[at] = counts ? data[at]! + 1 : 1
  })
  if (mode === 'tfIdf') for (let i = 0; i < data.length; i++) data[i]! *= weights[i % depth] ?? 0
  return { data, shape: result, dtype: 'float32' }
}
