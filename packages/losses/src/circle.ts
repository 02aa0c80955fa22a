import { type ConfigOf, Loss, type OptionsOf } from '@gradus/core'
import {
  add,
  cast,
  equal,
  expandDims,
  eye,
  formatShape,
  greater,
  logicalAnd,
  logicalNot,
  logSumExp,
  matmul,
  maximum,
  mul,
  reshape,
  ShapeError,
  softplus,
  sub,
  type Tensor,
  transpose,
  where,
} from '@gradus/tensor'

const fields = {
  /** The scale of the similarities. */
  gamma: { type: 'number', default: 80 },
  /** The distance to which pairs are drawn together or apart. */
  margin: { type: 'number', default: 0.4 },
  /** Whether pairs of a sample with itself are left out. */
  removeDiagonal: { type: 'boolean', default: true },
} as const

/** Options of `Circle`. */
export interface CircleConfig extends ConfigOf<typeof fields> {}

/** Options of the function `circle`. */
export interface CircleOptions extends Partial<OptionsOf<typeof fields>> {
  /** Class numbers `[references]` of the embeddings with which predictions are paired (default: those of the batch). */
  readonly refLabels?: Tensor
  /** Normalized embeddings `[references, size]` with which predictions are paired (default: the predictions). */
  readonly refEmbeddings?: Tensor
}

/**
 * Returns the circle loss of each sample, `[batch]`: log(1 + sum(exp(positive)) sum(exp(negative))), in which pairs count the more
 * the further they are from their optimum. `target` holds class numbers, `[batch]` or `[batch, 1]`, and `prediction` embeddings
 * `[batch, size]` of length 1; other shapes throw `ShapeError`. Source: Keras `losses.circle`,
 * https://arxiv.org/abs/2002.10857.
 *
 * @example
 * import { circle } from '@gradus/losses'
 * import { tensor } from '@gradus/tensor'
 * circle(tensor([0, 1]), tensor([[1, 0], [0, 1]])).array() // => [0, 0]
 */
export function circle(
  target: Tensor,
  prediction: Tensor,
  {
    gamma = 80,
    margin = 0.4,
    removeDiagonal = true,
    refLabels = target,
    refEmbeddings = prediction,
  }: CircleOptions = {},
): Tensor {
  if (prediction.rank !== 2 || target.size !== prediction.shape[0]) {
    throw new ShapeError(
      `Circle: the targets have shape ${formatShape(target.shape)} and the predictions ${formatShape(prediction.shape)}; ` +
        'expected class numbers [batch] and embeddings [batch, size].',
    )
  }
  const distance = maximum(sub(1, matmul(prediction, transpose(refEmbeddings))), 0)
  const numbers = (labels: Tensor) => reshape(cast(labels, 'int32'), [labels.size])
  const same = equal(expandDims(numbers(target), 1), expandDims(numbers(refLabels), 0))
  const other = logicalNot(eye(target.size, refLabels.size, 0, 'bool'))
  const positive = removeDiagonal ? logicalAnd(same, other) : same
  const total = (pairs: Tensor, scores: Tensor) =>
    logSumExp(where(pairs, mul(scores, gamma), Number.NEGATIVE_INFINITY), { axis: 1 })
  const attraction = mul(maximum(add(distance, margin), 0), sub(distance, margin))
  const repulsion = mul(maximum(sub(1 + margin, distance), 0), sub(1 - margin, distance))
  return softplus(add(total(positive, attraction), total(logicalNot(same), repulsion)))
}

/**
 * Loss for embeddings: draws samples of one class together and others apart, and weighs each pair by its distance from the optimum.
 * Targets are class numbers, `[batch]` or `[batch, 1]`, and predictions embeddings `[batch, size]` of length 1
 * (`UnitNormalization`); other shapes throw `ShapeError`. Samples with a loss of 0 are left out of the mean. Source: Keras
 * `losses.Circle`, https://arxiv.org/abs/2002.10857.
 *
 * @example
 * import { Circle } from '@gradus/losses'
 * import { tensor } from '@gradus/tensor'
 * const loss = new Circle({ gamma: 1 })
 * loss.call(tensor([0, 0, 1]), tensor([[1, 0], [0, 1], [0, 1]])).item().toFixed(4) // => '1.4704'
 */
export class Circle extends Loss<CircleConfig> {
  static readonly type = 'Circle'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  compute(target: Tensor, prediction: Tensor): Tensor {
    return circle(target, prediction, this.options)
  }

  override maskOf(target: Tensor, prediction: Tensor): Tensor {
    return greater(this.compute(target, prediction), 0)
  }

  // class numbers keep their dtype
  protected override castTarget(target: Tensor): Tensor {
    return target
  }
}
