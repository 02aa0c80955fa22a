import { Metric, weightsLike } from '@gradus/core'
import {
  abs,
  add,
  cast,
  div,
  formatShape,
  full,
  greater,
  greaterEqual,
  logicalAnd,
  max,
  mean,
  mul,
  ShapeError,
  type SymbolicShape,
  sameShape,
  sub,
  sum,
  type Tensor,
} from '@gradus/tensor'

/** The options that F scores share. */
export const fScoreFields = {
  /**
   * How the scores of the classes become one: by default they stay apart, `[classes]`; `micro` counts all classes together, `macro`
   * takes their mean, `weighted` their mean weighted by the number of labels.
   */
  average: { oneOf: ['micro', 'macro', 'weighted'] },
  /** Predictions above the threshold are positive; by default the largest of each row is. */
  threshold: { type: 'number', above: 0, max: 1 },
} as const

/** Sums of weights by class, `[classes]`; scalars if all classes are counted together. */
export interface FScoreState {
  readonly [key: string]: Tensor
  readonly truePositives: Tensor
  readonly falsePositives: Tensor
  readonly falseNegatives: Tensor
  readonly intermediateWeights: Tensor
}

const epsilon = 1e-7

/** Base class of `FBetaScore` and `F1Score`. */
export abstract class FScore<C extends object> extends Metric<C, FScoreState> {
  declare readonly options: {
    readonly average: 'micro' | 'macro' | 'weighted' | undefined
    readonly threshold: number | undefined
  }

  /** How much more recall counts than precision. */
  protected abstract readonly beta: number

  override get direction(): 'up' | 'down' {
    return 'up'
  }

  init(prediction?: SymbolicShape): FScoreState {
    const classes = prediction?.at(-1)
    const shape = this.options.average === 'micro' || typeof classes !== 'number' ? [] : [classes]
    const zeros = () => full(shape, 0)
    return { truePositives: zeros(), falsePositives: zeros(), falseNegatives: zeros(), intermediateWeights: zeros() }
  }

  update(state: FScoreState, target: Tensor, prediction: Tensor, weight?: Tensor): FScoreState {
    if (prediction.rank !== 2 || !sameShape(target.shape, prediction.shape)) {
      throw new ShapeError(
        `${this.type}: the targets have shape ${formatShape(target.shape)} and the predictions ${formatShape(prediction.shape)}; ` +
          'both must be [batch, classes]. Class numbers must be one-hot.',
      )
    }
    const t = cast(target, 'float32')
    const positive = this.decide(cast(prediction, 'float32'))
    const total = (x: Tensor) => {
      const weighted = weight ? mul(x, weightsLike(x, weight)) : x
      return sum(weighted, this.options.average === 'micro' ? {} : { axis: 0 })
    }
    return {
      truePositives: add(state.truePositives, total(mul(positive, t))),
      falsePositives: add(state.falsePositives, total(mul(positive, sub(1, t)))),
      falseNegatives: add(state.falseNegatives, total(mul(sub(1, positive), t))),
      intermediateWeights: add(state.intermediateWeights, total(t)),
    }
  }

  result({ truePositives, falsePositives, falseNegatives, intermediateWeights }: FScoreState): Tensor {
    const ratio = (a: Tensor, b: Tensor) => div(a, add(b, epsilon))
    const precision = ratio(truePositives, add(truePositives, falsePositives))
    const recall = ratio(truePositives, add(truePositives, falseNegatives))
    const square = this.beta ** 2
    const score = mul(ratio(mul(precision, recall), add(mul(precision, square), recall)), 1 + square)
    const { average } = this.options
    if (average === undefined) return score
    return average === 'weighted' ? sum(mul(score, ratio(intermediateWeights, sum(intermediateWeights)))) : mean(score)
  }

  private decide(prediction: Tensor): Tensor {
    const { threshold } = this.options
    if (threshold !== undefined) return cast(greater(prediction, threshold), 'float32')
    const largest = greaterEqual(prediction, max(prediction, { axis: -1, keepDims: true }))
    return cast(logicalAnd(largest, greater(abs(prediction), 1e-9)), 'float32')
  }
}
