import type { WeightValue } from '@gradus/core'
import type { LayerOutline, WeightOutline } from '@gradus/io'

/** The weights of a layer and of all layers in it, in Keras's order; those of a layer that several hold occur once. */
export function allWeights(root: LayerOutline): WeightOutline[] {
  const found = new Map<string, WeightOutline>()
  const visit = (layer: LayerOutline): void => {
    for (const weight of ownWeights(layer)) if (!found.has(weight.path)) found.set(weight.path, weight)
    layer.sublayers.forEach(visit)
  }
  visit(root)
  return [...found.values()]
}

/**
 * The weights of a layer itself, in Keras's order: matrices of low rank come last. The states that a recurrent layer keeps from batch to
 * batch are none of its weights in Keras; they are in no file, and are 0 in a model that is loaded.
 */
export function ownWeights({ weights }: LayerOutline): WeightOutline[] {
  const kept = weights.filter(({ key }) => !key.startsWith('states.'))
  return [...kept.filter((weight) => !isLowRank(weight)), ...kept.filter(isLowRank)]
}

/** The states of recurrent layers in a model that is loaded. */
export function firstStates(root: LayerOutline): WeightValue[] {
  const found = new Map<string, WeightValue>()
  const visit = ({ weights, sublayers }: LayerOutline): void => {
    for (const weight of weights) if (weight.key.startsWith('states.')) found.set(weight.path, zerosFor(weight))
    sublayers.forEach(visit)
  }
  visit(root)
  return [...found.values()]
}

/** Zeros in the shape of a weight. */
export function zerosFor({ path, shape, trainable }: WeightOutline): WeightValue {
  const size = shape.reduce((product, d) => product * d, 1)
  return { path, shape, dtype: 'float32', data: new Float32Array(size), trainable }
}

/** Whether a weight is one of the two matrices of an adaptation of low rank. */
export function isLowRank({ key }: WeightOutline): boolean {
  return /^lora[A-Z]/.test(key)
}

/** The weights in the order of files of Keras 2: those that are trained come first. */
export function trainedFirst(weights: readonly WeightOutline[]): WeightOutline[] {
  return [...weights.filter(({ trainable }) => trainable), ...weights.filter(({ trainable }) => !trainable)]
}
