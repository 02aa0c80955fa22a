import { Metric, type MetricConfig } from '@gradus/core'
import {
  add,
  cast,
  div,
  full,
  greater,
  mean,
  mul,
  onesLike,
  reshape,
  square,
  sub,
  sum,
  type Tensor,
} from '@gradus/tensor'
import { expect, it } from 'vitest'
import { runChecks } from '../check.ts'
import type { Source } from '../configured-source.ts'
import { testMetric } from '../suites.ts'
import { type MetricCheckOptions, metricChecks } from './metric-checks.ts'

type MeanState = { total: Tensor; count: Tensor }

class SquaredError extends Metric<MetricConfig, MeanState> {
  static readonly type: string = 'acme/SquaredError'
  static override readonly fields = {}

  init(): MeanState {
    return { total: full([], 0), count: full([], 1e-30) }
  }

  update({ total, count }: MeanState, target: Tensor, prediction: Tensor, weight?: Tensor): MeanState {
    const errors = mean(square(sub(prediction, cast(target, prediction.dtype))), { axis: -1 })
    const weights = weight ?? onesLike(errors)
    return { total: add(total, sum(mul(errors, weights))), count: add(count, sum(weights)) }
  }

  result({ total, count }: MeanState): Tensor {
    return div(total, count)
  }
}

const batches = [
  { target: [[1], [2]], prediction: [[2], [4]] },
  { target: [[0]], prediction: [[3]] },
]

testMetric(SquaredError, { batches, expected: 14 / 3 })
testMetric(() => new SquaredError({ name: 'error' }), {
  batches: [{ ...batches[0]!, weight: [3, 1] }],
  expected: 7 / 4,
})

async function failures(metric: Source<Metric>, options: Partial<MetricCheckOptions> = {}): Promise<string[]> {
  const outcomes = await runChecks(metricChecks(metric, { batches, ...options }))
  return outcomes.filter(({ status }) => status === 'failed').map(({ name }) => name)
}

class MeanOfMeans extends SquaredError {
  static override readonly type = 'acme/MeanOfMeans'

  override update({ total, count }: MeanState, target: Tensor, prediction: Tensor): MeanState {
    return { total: add(total, mean(square(sub(prediction, target)))), count: add(count, 1) }
  }
}

class Remembering extends SquaredError {
  static override readonly type = 'acme/Remembering'
  private start = 0

  override init(): MeanState {
    return { total: full([], this.start++), count: full([], 1) }
  }
}

it('finds means of means and ignored weights', async () => {
  expect(await failures(MeanOfMeans)).toEqual([
    'batches count like one large batch',
    'samples of weight 0 are left out',
  ])
})

it('finds an initial state that depends on earlier calls', async () => {
  expect(await failures(Remembering)).toContain('has no side effects')
})

it('finds a wrong value', async () => {
  expect(await failures(SquaredError, { expected: 4 })).toEqual(['has the expected value'])
})

/** Precision: the fraction of the predicted positives that are positive. */
class Precision extends Metric<MetricConfig, MeanState> {
  static readonly type: string = 'acme/Precision'
  static override readonly fields = {}

  init(): MeanState {
    return { total: full([], 0), count: full([], 1e-30) }
  }

  update({ total, count }: MeanState, target: Tensor, prediction: Tensor, weight?: Tensor): MeanState {
    const chosen = cast(greater(prediction, 0.5), 'float32')
    const counted = weight ? mul(chosen, reshape(weight, [-1, ...chosen.shape.slice(1).map(() => 1)])) : chosen
    return { total: add(total, sum(mul(counted, target))), count: add(count, sum(counted)) }
  }

  result({ total, count }: MeanState): Tensor {
    return div(total, count)
  }
}

const [labels, scores] = [
  [1, 0, 1, 0],
  [0.9, 0.8, 0.1, 0.2],
]
testMetric(Precision, { batches: [{ target: labels, prediction: scores }], expected: 0.5 })
testMetric(Precision, { batches: [{ target: labels, prediction: scores.map((p) => [p]) }], expected: 0.5 })

/** Takes the number of values for the number of samples and columns: right for `[n]` only. */
class OfVectors extends Precision {
  static override readonly type = 'acme/OfVectors'

  override update(state: MeanState, target: Tensor, prediction: Tensor): MeanState {
    return super.update(state, target, mul(prediction, prediction.rank))
  }
}

it('finds a metric that differs between predictions [n] and [n, 1]', async () => {
  const skip = { 'samples of weight 0 are left out': 'ignores weights' }
  expect(await failures(OfVectors, { batches: [{ target: [1, 0, 0], prediction: [0.9, 0.3, 0.1] }], skip })).toEqual([
    'gives one figure for targets [n] with predictions [n] and [n, 1]',
  ])
})
