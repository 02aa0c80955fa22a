// A custom metric gets targets and predictions of one rank, as a loss does.
import { Metric } from '@gradus/core'
import { Dense } from '@gradus/layers'
import { MeanSquaredError } from '@gradus/losses'
import { MeanMetric } from '@gradus/metrics'
import { SGD } from '@gradus/optimizers'
import { abs, add, cast, div, full, greater, mul, sub, sum, type Tensor, useBackend } from '@gradus/tensor'
import { describe, expect, it } from 'vitest'
import { startAll } from '../../../../tests/backends.ts'
import { Sequential } from '../model/sequential.ts'

type State = { readonly right: Tensor; readonly all: Tensor }

class Precision extends Metric<object, State> {
  static readonly type = 'acme/Precision'
  init(): State {
    return { right: full([], 0), all: full([], 0) }
  }
  update({ right, all }: State, target: Tensor, prediction: Tensor): State {
    const chosen = cast(greater(prediction, 0.5), 'float32')
    return { right: add(right, sum(mul(chosen, target))), all: add(all, sum(chosen)) }
  }
  result({ right, all }: State): Tensor {
    return div(right, all)
  }
}

class Distance extends MeanMetric {
  static readonly type = 'acme/Distance'
  values(target: Tensor, prediction: Tensor): Tensor {
    return abs(sub(prediction, target))
  }
}

const x = [[1], [0.75], [0.25], [1], [0]] // the model is the identity
const labels = [1, 0, 1, 1, 0]

for (const { name, backend } of await startAll()) {
  it.skipIf(!backend).each([
    { jit: true, y: labels },
    { jit: false, y: labels },
    { jit: true, y: labels.map((label) => [label]) },
  ])(`metrics of a model align targets $y, ${name}, jit $jit`, async ({ jit, y }) => {
    useBackend(backend!)
    const model = new Sequential([new Dense({ units: 1, kernelInitializer: 'ones', inputShape: [1] })])
    const distance = (target: Tensor, prediction: Tensor) => abs(sub(prediction, target))
    model.compile({
      optimizer: new SGD({ learningRate: 0 }),
      loss: new MeanSquaredError(),
      metrics: [new Precision(), new Distance(), distance],
      weightedMetrics: [new Distance({ name: 'weighted' })],
      jit,
    })
    const figures = await model.evaluate(x, y as number[], { verbose: 0, sampleWeight: [1, 0, 1, 0, 0] })
    expect(figures['precision']).toBeCloseTo(2 / 3, 5)
    for (const key of ['distance', 'distance_1']) expect(figures[key]).toBeCloseTo((0.75 + 0.75) / 5, 5)
    expect(figures['weighted']).toBeCloseTo(0.75 / 2, 5)
    const { history } = await model.fit(x, y as number[], { verbose: 0 })
    expect(history['precision']![0]).toBeCloseTo(2 / 3, 5)
  })
}

describe('a metric by itself', () => {
  it('that extends MeanMetric aligns too', async () => {
    const { tensor } = await import('@gradus/tensor')
    const metric = new Distance()
    const state = metric.update(metric.init(), tensor([1, 2]), tensor([[1], [4]]))
    expect(Array.from(await metric.result(state).data())).toEqual([1])
  })
})
