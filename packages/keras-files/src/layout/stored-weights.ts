import type { WeightValue } from '@gradus/core'
import type { LayerOutline, WeightOutline } from '@gradus/io'
import { isLowRank, ownWeights, zerosFor } from './all-weights.ts'

/**
 * The weights that a weights file of Keras 3 keeps with a layer: its own without matrices of low rank, whose product is part of the
 * weight that they adapt. With a SpectralNormalization it keeps the kernel of the layer in it too.
 */
export function storedWeights(layer: LayerOutline): WeightOutline[] {
  const own = ownWeights(layer).filter((weight) => !isLowRank(weight))
  if (layer.type !== 'SpectralNormalization') return own
  const kernel = layer.sublayers[0]?.weights.find(({ key }) => key === 'kernel' || key === 'embeddings')
  return kernel ? [kernel, ...own] : own
}

/** The matrices of low rank of a layer that is read: 0, because their product is in the weight that they adapt. */
export function separateMatrices(layer: LayerOutline): WeightValue[] {
  return ownWeights(layer).filter(isLowRank).map(zerosFor)
}

/** The value of a weight in a weights file of Keras 3: with the product of the matrices of low rank that adapt it. */
export function storedValue(
  layer: LayerOutline,
  weight: WeightOutline,
  values: ReadonlyMap<string, WeightValue>,
): WeightValue {
  const value = values.get(weight.path)!
  const name = `lora${weight.key.charAt(0).toUpperCase()}${weight.key.slice(1)}`
  const [a, b] = [`${name}A`, `${name}B`].map((key) => {
    const matrix = layer.weights.find((other) => other.key === key)
    return matrix && values.get(matrix.path)
  })
  return a && b ? { ...value, data: withProduct(value, a, b, layer.lowRankScale ?? 1) } : value
}

/** `value + scale a b`, with the sums in float64. */
function withProduct(value: WeightValue, a: WeightValue, b: WeightValue, scale: number): WeightValue['data'] {
  const columns = b.shape.at(-1)!
  const rank = b.shape.at(-2)!
  return (value.data as Float32Array).map((start, index) => {
    const [row, column] = [Math.floor(index / columns), index % columns]
    let sum = 0
    for (let k = 0; k < rank; k++) sum += Number(a.data[row * rank + k]) * Number(b.data[k * columns + column])
    return start + scale * sum
  })
}
