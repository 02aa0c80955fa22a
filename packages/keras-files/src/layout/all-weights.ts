import type { LayerOutline, WeightOutline } from '@gradus/io'

/** The weights of a layer and of all layers in it, in Keras's order; those of a layer that several hold occur once. */
export function allWeights(root: LayerOutline): WeightOutline[] {
  const found = new Map<string, WeightOutline>()
  const visit = ({ weights, sublayers }: LayerOutline): void => {
    for (const weight of weights) if (!found.has(weight.path)) found.set(weight.path, weight)
    sublayers.forEach(visit)
  }
  visit(root)
  return [...found.values()]
}

/** The weights in the order of files of Keras 2: those that are trained come first. */
export function trainedFirst(weights: readonly WeightOutline[]): WeightOutline[] {
  return [...weights.filter(({ trainable }) => trainable), ...weights.filter(({ trainable }) => !trainable)]
}
