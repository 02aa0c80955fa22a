import type { Layer, Loss, Metric, Optimizer } from '@gradus/core'
import { backendChecks } from './backend/backend-checks.ts'
import type { BackendCheckOptions, BackendSource } from './backend/options.ts'
import { type ConfigOf, instanceOf, type Source } from './configured-source.ts'
import { layerChecks } from './layer/layer-checks.ts'
import type { LayerCheckOptions, LayerSource } from './layer/options.ts'
import { type LossCheckOptions, lossChecks } from './leaf/loss-checks.ts'
import { type MetricCheckOptions, metricChecks } from './leaf/metric-checks.ts'
import { type OptimizerCheckOptions, optimizerChecks } from './leaf/optimizer-checks.ts'
import { type Part, type PartCheckOptions, partChecks } from './leaf/part-checks.ts'
import { registerChecks } from './register.ts'

/**
 * Registers `backendChecks` as vitest tests. One call is the conformance test of a backend.
 *
 * ```ts
 * testBackend(() => webgpu(), { dtypes: ['float32', 'int32', 'uint32', 'bool'] })
 * ```
 */
export function testBackend(backend: BackendSource, options: BackendCheckOptions = {}): void {
  registerChecks(typeof backend === 'function' ? 'backend' : `${backend.name} backend`, backendChecks(backend, options))
}

/**
 * Registers `layerChecks` as vitest tests. Call it once for each config to test, and add tests for the behavior of the layer.
 *
 * ```ts
 * testLayer(Dense, { config: { units: 3 }, inputShape: [4, 2], expectedOutputShape: [4, 3], expectedParams: 9 })
 * ```
 */
export function testLayer<L extends LayerSource>(layer: L, options: LayerCheckOptions<ConfigOf<L>>): void {
  const checked = options as LayerCheckOptions
  registerChecks(titleOf(instanceOf<Layer>(layer, checked.config).type, checked.config), layerChecks(layer, checked))
}

/**
 * Registers `lossChecks` as vitest tests.
 *
 * ```ts
 * testLoss(MeanSquaredError, { target: [[1, 2]], prediction: [[1, 4]], expected: 2, extremes: [-1e6, 1e6] })
 * ```
 */
export function testLoss<S extends Source<Loss>>(loss: S, options: LossCheckOptions<ConfigOf<S>>): void {
  const checked = options as LossCheckOptions
  registerChecks(titleOf(instanceOf<Loss>(loss, checked.config).type, checked.config), lossChecks(loss, checked))
}

/**
 * Registers `metricChecks` as vitest tests.
 *
 * ```ts
 * testMetric(MeanAbsoluteError, { batches: [{ target: [[1], [2]], prediction: [[1], [4]] }], expected: 1 })
 * ```
 */
export function testMetric<S extends Source<Metric>>(metric: S, options: MetricCheckOptions<ConfigOf<S>>): void {
  const checked = options as MetricCheckOptions
  registerChecks(
    titleOf(instanceOf<Metric>(metric, checked.config).type, checked.config),
    metricChecks(metric, checked),
  )
}

/**
 * Registers `optimizerChecks` as vitest tests.
 *
 * ```ts
 * testOptimizer(Adam, { expectedSlots: ['momentum', 'velocity'] })
 * ```
 */
export function testOptimizer<S extends Source<Optimizer>>(
  optimizer: S,
  options: OptimizerCheckOptions<ConfigOf<S>> = {},
): void {
  const checked = options as OptimizerCheckOptions
  const { type } = instanceOf<Optimizer>(optimizer, checked.config)
  registerChecks(titleOf(type, checked.config), optimizerChecks(optimizer, checked))
}

/**
 * Registers `partChecks` as vitest tests, for initializers, regularizers, constraints, schedules and callbacks.
 *
 * ```ts
 * testPart(() => new ExponentialDecay({ initialLearningRate: 0.1, decaySteps: 10, decayRate: 0.9 }))
 * ```
 */
export function testPart(make: () => Part, options: PartCheckOptions = {}): void {
  registerChecks(make().type, partChecks(make, options))
}

function titleOf(type: string, config: object | undefined): string {
  const text = config ? ` ${JSON.stringify(config)}` : ''
  return `${type}${text.length > 80 ? `${text.slice(0, 77)}...` : text}`
}
