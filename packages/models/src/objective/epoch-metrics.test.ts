// Metrics of a model count all samples of an epoch, with their weights, also in compiled steps and in a smaller last batch.
import { Metric, weightsLike } from '@gradus/core'
import { Dense } from '@gradus/layers'
import { CategoricalCrossentropy, MeanSquaredError } from '@gradus/losses'
import { AUC, CategoricalAccuracy, F1Score, MeanIoU, MeanMetricWrapper, Precision, R2Score } from '@gradus/metrics'
import { SGD } from '@gradus/optimizers'
import { abs, add, full, mul, sub, sum, type Tensor, tensor, useBackend } from '@gradus/tensor'
import { expect, it } from 'vitest'
import { startAll } from '../../../../tests/backends.ts'
import { Sequential } from '../model/sequential.ts'

type Total = { readonly total: Tensor }

/** A metric that multiplies values `[batch, 1]` with weights `[batch]`. */
class WeightedDistance extends Metric<object, Total> {
  static readonly type = 'acme/WeightedDistance'
  init(): Total {
    return { total: full([], 0) }
  }
  update({ total }: Total, target: Tensor, prediction: Tensor, weight?: Tensor): Total {
    const values = abs(sub(prediction, target))
    return { total: add(total, sum(weight ? mul(values, weightsLike(values, weight)) : values)) }
  }
  result({ total }: Total): Tensor {
    return total
  }
}

const count = 23
const wave = (i: number, speed: number) => 0.5 + 0.5 * Math.sin(i * speed)
const weights = Array.from({ length: count }, (_, i) => (i % 4) / 2)

/** The figure of a metric for all samples at once. */
function once(metric: Metric, y: number[][], p: number[][], weight?: number[]): number[] {
  const prediction = tensor(p)
  const state = metric.update(metric.init(prediction.shape), tensor(y), prediction, weight && tensor(weight))
  return [...metric.result(state).dataSync()]
}

for (const { name, backend } of await startAll()) {
  it.skipIf(!backend).each([true, false])(`one output, ${name}, jit %s`, async (jit) => {
    useBackend(backend!)
    const x = Array.from({ length: count }, (_, i) => [wave(i, 0.7)])
    const y = x.map(([p], i) => [p! + wave(i, 1.3) > 1 ? 1 : 0])
    const metrics = () => [new AUC({ numThresholds: 20 }), new Precision(), new R2Score(), new WeightedDistance()]
    const model = new Sequential([new Dense({ units: 1, kernelInitializer: 'ones', inputShape: [1] })])
    model.compile({
      optimizer: new SGD({ learningRate: 0 }),
      loss: new MeanSquaredError(),
      metrics: metrics(),
      weightedMetrics: metrics(),
      jit,
    })
    const labels = y.map(([label]) => label!)
    const figures = await model.evaluate(x, labels, { verbose: 0, sampleWeight: weights, batchSize: 5 })
    const { history } = await model.fit(x, labels, { verbose: 0, sampleWeight: weights, batchSize: 5, epochs: 2 })
    for (const metric of metrics()) {
      expect(figures[metric.name]).toBeCloseTo(once(metric, y, x)[0]!, 4)
      expect(figures[`weighted_${metric.name}`]).toBeCloseTo(once(metric, y, x, weights)[0]!, 4)
      expect(history[metric.name]![1]).toBeCloseTo(once(metric, y, x)[0]!, 4)
    }
  })

  it.skipIf(!backend)(`several classes, ${name}`, async () => {
    useBackend(backend!)
    const x = Array.from({ length: count }, (_, i) => [wave(i, 0.7), wave(i, 1.1), wave(i, 2.3)])
    const y = x.map((_, i) => [0, 1, 2].map((id) => (id === i % 3 ? 1 : 0)))
    const metrics = () => [
      new F1Score({ average: 'macro' }),
      new AUC({ multiLabel: true, curve: 'PR', numThresholds: 50 }),
      new MeanIoU({ numClasses: 3, sparseYTrue: false, sparseYPred: false }),
      new Precision({ topK: 1, classId: 2 }),
      new MeanMetricWrapper({ fn: new CategoricalAccuracy() }),
    ]
    const model = new Sequential([
      new Dense({ units: 3, useBias: false, kernelInitializer: 'identity', inputShape: [3] }),
    ])
    model.compile({
      optimizer: new SGD({ learningRate: 0 }),
      loss: new CategoricalCrossentropy(),
      metrics: metrics(),
    })
    const { history } = await model.fit(x, y, { verbose: 0, batchSize: 5, epochs: 2 })
    for (const metric of metrics()) expect(history[metric.name]![1]).toBeCloseTo(once(metric, y, x)[0]!, 4)
  })
}
