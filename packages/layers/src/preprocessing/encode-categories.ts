import { type BaseLayer, ConfigError } from '@gradus/core'
import { cast, type FloatDType, max, mul, oneHot, reshape, sum, type Tensor } from '@gradus/tensor'

/** The forms of encoded categories. Keras: `int`, `one_hot`, `multi_hot`, `count`. */
export const categoryModes = ['int', 'oneHot', 'multiHot', 'count'] as const

/** The option `sparse`, which Keras has. */
export const sparseField = { type: 'boolean', default: false } as const

/** Throws `ConfigError` for the option `sparse: true`. */
export function refuseSparse(owner: BaseLayer): void {
  if (!(owner.options as { readonly sparse: boolean }).sparse) return
  throw new ConfigError(
    `${owner.type}: 'sparse' is true, and there are no sparse tensors. Leave it out: the output has the same values, zeros included.`,
  )
}

/**
 * Encodes int32 categories from 0 to depth - 1. `int` returns them. `oneHot` gives a vector for each, in place of a last axis of
 * size 1. `multiHot` gives one vector for all categories along the last axis, with 1 for those that occur, `count` the sums of
 * their weights, 1 by default. Other categories give zeros.
 */
export function encodeCategories(
  indices: Tensor,
  mode: (typeof categoryModes)[number],
  depth: number,
  dtype: FloatDType,
  weights?: Tensor,
): Tensor {
  if (mode === 'int') return indices
  const hasColumn = mode === 'oneHot' && indices.rank > 1 && indices.shape.at(-1) === 1
  const vectors = oneHot(hasColumn ? reshape(indices, indices.shape.slice(0, -1)) : indices, depth, { dtype })
  if (mode === 'oneHot') return vectors
  const axis = vectors.rank - 2
  if (mode === 'multiHot') return indices.shape.at(-1) === 0 ? sum(vectors, { axis }) : max(vectors, { axis })
  return sum(weights ? mul(vectors, reshape(cast(weights, dtype), [...weights.shape, 1])) : vectors, { axis })
}
