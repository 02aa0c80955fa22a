import type { HostArray } from '@gradus/core'
import { type Shape, sizeOf } from '@gradus/tensor'

/** The option that says how indices are given out. Keras calls its values `int`, `one_hot`, `multi_hot`, `count`, `tf_idf`. */
export const outputModeField = { oneOf: ['int', 'oneHot', 'multiHot', 'count', 'tfIdf'], default: 'int' } as const

export type OutputMode = (typeof outputModeField.oneOf)[number]

/**
 * The shape of indices of `shape` once encoded. With `oneHot` each index becomes a vector of `depth` numbers, in the place of
 * a last axis of size 1; in the modes that count, the last axis holds the tokens of a sample and becomes one vector.
 */
export function encodedShape(shape: Shape, mode: OutputMode, depth: number): Shape {
  if (mode === 'int') return shape
  const kept = mode === 'oneHot' && !(shape.length > 1 && shape.at(-1) === 1) ? shape : shape.slice(0, -1)
  return [...kept, depth]
}

/**
 * Indices as they are, or as float32 vectors of `depth` numbers: 1 at each index (`oneHot`, `multiHot`), or how often it
 * comes (`count`), times `weights` (`tfIdf`). Negative indices leave no trace.
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
