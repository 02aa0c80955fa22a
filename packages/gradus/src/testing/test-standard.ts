import { type AnyDefinition, type Configured, HostLayer, type Layer } from '@gradus/core'
import type { Backend } from '@gradus/tensor'
import {
  configChecks,
  type Part,
  registerChecks,
  testLayer,
  testLoss,
  testMetric,
  testOptimizer,
  testPart,
} from '@gradus/testing'
import { describe, expect, it } from 'vitest'
import { onBackend, Sequential, standard } from '../index.ts'
import { imageCases } from './image-cases.ts'
import { type LayerCase, layerCases } from './layer-cases.ts'
import { lossCases, metricCases } from './objective-cases.ts'
import { activationCases, type HostCase, hostCases } from './other-cases.ts'
import { optimizerCases, partCases } from './part-cases.ts'

type Class = new (config?: object) => Configured

/**
 * Registers the conformance suites for every registered class on a backend. Operations are tested by the suite of backends. A class
 * without a case fails, so that none is forgotten.
 */
export function testStandard(backend: Backend, { float64 = true } = {}): void {
  describe(`on ${backend.name}`, () => {
    for (const definition of new Set<AnyDefinition>(standard.definitions)) {
      if (definition.kind !== 'operation') testDefinition(definition, backend, float64)
    }
  })
}

function testDefinition(definition: AnyDefinition, backend: Backend, float64: boolean): void {
  const { kind, type } = definition
  const options = (given: object) => ({ ...given, backend, float64 }) as never
  const source = definition as never
  const layerCase: LayerCase | undefined = layerCases[type] ?? imageCases[type]
  const { config, ...part } = partCases[type] ?? {}
  const make = () => new (definition as unknown as Class)(config) as Part
  if (kind === 'activation') testActivation(activationCases[type] ?? definition, type, options)
  else if (kind === 'optimizer') testOptimizer(source, options(optimizerCases[type] ?? {}))
  else if (kind === 'loss' && lossCases[type]) testLoss(source, options(lossCases[type]))
  else if (kind === 'metric' && metricCases[type]) testMetric(source, options(metricCases[type]))
  else if (kind === 'layer' && hostCases[type]) testHostLayer(definition, hostCases[type], backend)
  else if (kind === 'layer' && layerCase && !isHostLayer(definition)) {
    testLayer((layerCase.make ?? source) as never, options(withoutMake(layerCase)))
  } else if (hasPartSuite(kind) && isMade(make)) testPart(make, { ...part, float64, backend })
  else reportMissing(kind, type)
}

function withoutMake({ make: _, ...rest }: LayerCase): Omit<LayerCase, 'make'> {
  return rest
}

function testActivation(activation: unknown, type: string, options: (given: object) => never): void {
  const Activation = standard.get('layer', 'Activation') as unknown as new (config: object) => Layer
  describe(`activation ${type}`, () => testLayer(() => new Activation({ activation }), options({ inputShape: [2, 4] })))
}

function hasPartSuite(kind: string): boolean {
  return ['initializer', 'regularizer', 'constraint', 'schedule', 'callback'].includes(kind)
}

function isHostLayer(definition: AnyDefinition): boolean {
  return (definition as unknown as Class).prototype instanceof HostLayer
}

function isMade(make: () => unknown): boolean {
  try {
    make()
    return true
  } catch {
    return false
  }
}

function reportMissing(kind: string, type: string): void {
  it(`${kind} ${type} has a case`, () => {
    expect.fail(`The ${kind} ${type} is registered and has no case in packages/gradus/src/testing.`)
  })
}

/** Layers that work on the host have no derivatives: their options are checked, and that a model gives the same for one sample. */
function testHostLayer(definition: AnyDefinition, { config, samples }: HostCase, backend: Backend): void {
  const make = () => new (definition as unknown as Class)(config)
  registerChecks(definition.type, configChecks(make))
  if (!samples) return
  it(`${definition.type} gives for a batch what it gives for one sample`, async () => {
    const predict = async (rows: NonNullable<HostCase['samples']>) => {
      const model = onBackend(backend, () => new Sequential([make() as unknown as Layer]))
      return (await model.predict(rows as never)).array() as unknown[]
    }
    const whole = await predict(samples)
    for (const [row, sample] of samples.entries()) expect((await predict([sample]))[0]).toEqual(whole[row])
  })
}
