import { cpu } from '@gradus/backend-cpu'
import { fromArrays } from '@gradus/data'
import { Tensor, useBackend } from '@gradus/tensor'
import { describe, expect, it } from 'vitest'
import { TextVectorization } from '../preprocessing/text-vectorization.ts'
import recorded from '../recorded/feature-space.json' with { type: 'json' }
import type { Feature, FeatureName } from './feature.ts'
import { FeatureSpace } from './feature-space.ts'

await useBackend(cpu())

// Recorded from `keras.utils.FeatureSpace` of Keras 3.15 with TensorFlow. A feature is its name, or name and options.
const cases = recorded as unknown as {
  features: Record<string, FeatureName | [FeatureName, object]>
  crosses: Parameters<typeof FeatureSpace.cross>[0][]
  outputMode: 'concat' | 'dict'
  data: Record<string, (number | string)[]>
  batch: unknown
  sample: unknown
}[]

const made = (given: FeatureName | [FeatureName, object]) =>
  typeof given === 'string' ? given : ((FeatureSpace[given[0]] as (options: object) => Feature)(given[1]) as Feature)

describe('FeatureSpace', () => {
  it.each(cases.map((one, index) => [index, one] as const))('encodes as Keras does (%i)', async (_, one) => {
    const features = Object.fromEntries(Object.entries(one.features).map(([name, given]) => [name, made(given)]))
    const crosses = one.crosses.map((cross) => FeatureSpace.cross(cross))
    const space = new FeatureSpace({ features, crosses, outputMode: one.outputMode })
    await space.adapt(one.data)
    expectNear(space.call(one.data), one.batch)
    const sample = Object.fromEntries(Object.entries(one.data).map(([name, values]) => [name, values[0]]))
    expectNear(space.call(sample), one.sample)
  })

  it('learns from batches', async () => {
    const data = await fromArrays({ x: { age: [20, 40, 30, 50], city: ['Rome', 'Oslo', 'Rome', 'Bonn'] } })
    const space = new FeatureSpace({ features: { age: 'floatNormalized', city: 'stringCategorical' } })
    await space.adapt(data.batch(2))
    const all = new FeatureSpace({ features: { age: 'floatNormalized', city: 'stringCategorical' } })
    await all.adapt({ age: [20, 40, 30, 50], city: ['Rome', 'Oslo', 'Rome', 'Bonn'] })
    const rows = { age: [35], city: ['Bonn'] }
    expectNear(space.call(rows), (all.call(rows) as Tensor).array())
  })

  it('takes a layer of the program', async () => {
    const preprocessor = new TextVectorization({ outputMode: 'multiHot', vocabulary: ['good', 'bad'] })
    const space = new FeatureSpace({
      features: { text: FeatureSpace.feature({ dtype: 'string', preprocessor, outputMode: 'float' }) },
    })
    expectNear(space.call({ text: ['good film', 'bad'] }), [
      [1, 1, 0],
      [0, 0, 1],
    ])
  })

  it.each<[string, () => unknown, string]>([
    ['no features', () => new FeatureSpace({ features: {} }), 'needs features by name'],
    [
      'an unknown kind',
      () => new FeatureSpace({ features: { age: 'floatNormalised' as 'float' } }),
      'there is no kind "floatNormalised". Did you mean \'floatNormalized\'?',
    ],
    [
      'a cross of an unknown feature',
      () => new FeatureSpace({ features: { age: 'float' }, crosses: [['age', 'citty']] }),
      "crosses: there is no feature 'citty'",
    ],
    [
      'use before adapt',
      () => new FeatureSpace({ features: { age: 'floatNormalized' } }).call({ age: 1 }),
      'Call await space.adapt(data) first',
    ],
    [
      'a missing feature',
      () => new FeatureSpace({ features: { age: 'float' } }).call({ ages: 1 }),
      "The data has no feature 'age'. Did you mean 'ages'?",
    ],
    [
      'numbers of categories in one vector',
      () => {
        const code = FeatureSpace.integerHashed({ numBins: 3, outputMode: 'int' })
        return new FeatureSpace({ features: { code, age: 'float' } }).call({ code: [1], age: [1] })
      },
      "Use outputMode 'oneHot' for it",
    ],
  ])('refuses %s', (_, call, message) => {
    expect(call).toThrow(message)
  })
})

function expectNear(found: unknown, expected: unknown): void {
  const value = found instanceof Tensor ? found.array() : found
  if (Array.isArray(expected)) {
    expect(value).toHaveLength(expected.length)
    expected.forEach((one, index) => {
      expectNear((value as unknown[])[index], one)
    })
  } else if (typeof expected === 'object') {
    for (const [name, one] of Object.entries(expected as object))
      expectNear((value as Record<string, unknown>)[name], one)
  } else expect(value).toBeCloseTo(Number(expected), 3)
}
