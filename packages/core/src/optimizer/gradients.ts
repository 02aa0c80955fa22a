import { add, formatShape, ShapeError, sameShape, type Tensor, treeForEach } from '@gradus/tensor'
import { ConfigError } from '../errors.ts'
import { mapValues } from './leaves.ts'

/**
 * A tree of gradients in the form of the parameters. Parameters whose gradient is missing or null are not updated. The type is
 * `object`, because a type of trees would not allow interfaces.
 */
export type Gradients = object | null | undefined

/**
 * The existing gradients by path. Throws `ConfigError` for a gradient without a parameter and if there are no gradients, and
 * `ShapeError` for a gradient with another shape than its parameter.
 */
export function collectGradients(tree: Gradients, params: ReadonlyMap<string, Tensor>): Map<string, Tensor> {
  const gradients = new Map<string, Tensor>()
  treeForEach(tree, (gradient, path) => {
    const param = params.get(path)
    if (!param) {
      throw new ConfigError(
        `There is a gradient for '${path}' and no such parameter; give gradients in the form of the parameters (${[...params.keys()].join(', ')}).`,
      )
    }
    if (!sameShape(gradient.shape, param.shape)) {
      throw new ShapeError(
        `The gradient for '${path}' has shape ${formatShape(gradient.shape)} and the parameter ${formatShape(param.shape)}; they must be equal.`,
      )
    }
    gradients.set(path, gradient)
  })
  if (gradients.size === 0 && params.size > 0) {
    throw new ConfigError(
      `There is no gradient for any of the parameters ${[...params.keys()].join(', ')}; the loss does not depend on them.`,
    )
  }
  return gradients
}

/** Sums of gradients by path, with further gradients added. */
export function addToSums(
  sums: ReadonlyMap<string, Tensor>,
  gradients: ReadonlyMap<string, Tensor>,
): Map<string, Tensor> {
  return mapValues(sums, (sum, path) => {
    const gradient = gradients.get(path)
    return gradient ? add(gradient, sum) : sum
  })
}
