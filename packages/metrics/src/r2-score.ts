import { alignFloats, type ConfigOf, Metric, type OptionsOf, requireSameShape, weightsLike } from '@gradus/core'
import {
  add,
  broadcastTo,
  div,
  formatShape,
  full,
  isInf,
  less,
  mean,
  mul,
  ShapeError,
  type SymbolicShape,
  square,
  sub,
  sum,
  type Tensor,
  where,
} from '@gradus/tensor'

const fields = {
  /** How the scores of the outputs become one: their mean, weighted by the variance of the targets or not; `none` keeps them. */
  classAggregation: {
    oneOf: ['uniformAverage', 'varianceWeightedAverage', 'none'],
    default: 'uniformAverage',
    whenNull: 'none',
  },
  /** The number of independent variables, for the adjusted score; 0 for the score itself. */
  numRegressors: { type: 'integer', default: 0, min: 0 },
} as const

/** Options of `R2Score`. */
export interface R2ScoreConfig extends ConfigOf<typeof fields> {}

/** Weighted sums by output, `[outputs]`, and the number of samples. */
export interface R2ScoreState {
  readonly [key: string]: Tensor
  readonly numSamples: Tensor
  readonly squaredSum: Tensor
  readonly sum: Tensor
  readonly residual: Tensor
  readonly count: Tensor
}

/**
 * The coefficient of determination over all samples: 1 - sum((target - prediction)^2) / sum((target - mean)^2), 1 if all predictions
 * are right and 0 if they are as good as the mean. NaN before the first sample. Targets and predictions are `[batch, outputs]`;
 * other shapes throw `ShapeError`. Source: Keras `metrics.R2Score`.
 *
 * @example
 * import { R2Score } from '@gradus/metrics'
 * import { tensor } from '@gradus/tensor'
 * const metric = new R2Score()
 * const state = metric.update(metric.init(), tensor([[1], [4], [3]]), tensor([[2], [4], [4]]))
 * metric.result(state).item().toFixed(4) // => '0.5714'
 */
export class R2Score extends Metric<R2ScoreConfig, R2ScoreState> {
  static readonly type = 'R2Score'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  override get direction(): 'up' | 'down' {
    return 'up'
  }

  init(prediction?: SymbolicShape): R2ScoreState {
    const outputs = prediction?.at(-1)
    const zeros = () => full(typeof outputs === 'number' ? [outputs] : [], 0)
    return { numSamples: full([], 0), squaredSum: zeros(), sum: zeros(), residual: zeros(), count: zeros() }
  }

  update(state: R2ScoreState, target: Tensor, prediction: Tensor, weight?: Tensor): R2ScoreState {
    const { target: t, prediction: p } = alignFloats(target, prediction)
    requireSameShape(this.type, t, p)
    if (p.rank !== 2) {
      throw new ShapeError(
        `R2Score: the predictions have shape ${formatShape(p.shape)}; expected [batch, outputs], which is [batch, 1] for one output.`,
      )
    }
    const weights = broadcastTo(weight ? weightsLike(t, weight) : full([], 1), t.shape)
    const total = (x: Tensor) => sum(mul(x, weights), { axis: 0 })
    return {
      numSamples: add(state.numSamples, t.shape[0]!),
      squaredSum: add(state.squaredSum, total(square(t))),
      sum: add(state.sum, total(t)),
      residual: add(state.residual, total(square(sub(t, p)))),
      count: add(state.count, sum(weights, { axis: 0 })),
    }
  }

  result({ numSamples, squaredSum, sum: total, residual, count }: R2ScoreState): Tensor {
    const variation = sub(squaredSum, mul(total, div(total, count)))
    const raw = sub(1, div(residual, variation))
    return this.adjust(this.aggregate(where(isInf(raw), 0, raw), variation), numSamples)
  }

  private aggregate(scores: Tensor, variation: Tensor): Tensor {
    const { classAggregation } = this.options
    if (classAggregation === 'none') return scores
    if (classAggregation === 'uniformAverage') return mean(scores)
    return div(sum(mul(scores, variation)), sum(variation))
  }

  // with too few samples for the regressors the score stays as it is
  private adjust(score: Tensor, numSamples: Tensor): Tensor {
    const { numRegressors } = this.options
    if (numRegressors === 0) return score
    const freedom = sub(numSamples, numRegressors + 1)
    const few = less(freedom, 1)
    const factor = div(sub(numSamples, 1), where(few, 1, freedom))
    return where(few, score, sub(1, mul(sub(1, score), factor)))
  }
}
