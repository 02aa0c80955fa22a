import { type AnyDefinition, type Configured, descriptionOf, inheritedFieldsOf } from '@gradus/core'
import { expect, it } from 'vitest'
import { standard } from './index.ts'
import { imageCases } from './testing/image-cases.ts'
import { layerCases } from './testing/layer-cases.ts'
import { lossCases, metricCases } from './testing/objective-cases.ts'
import { hostCases } from './testing/other-cases.ts'
import { optimizerCases, partCases } from './testing/part-cases.ts'

interface Case {
  readonly config?: object
  readonly make?: () => Configured
}

const cases = {
  ...imageCases,
  ...layerCases,
  ...lossCases,
  ...metricCases,
  ...hostCases,
  ...optimizerCases,
  ...partCases,
} as unknown as Readonly<Record<string, Case>>

/** Options for which null means something that does not fit the other options of the case. */
const meaningful = ['Normalization.axis', 'Reshape.targetShape']

it('every option that is not required may be null or undefined, as None in Keras', () => {
  const failures: string[] = []
  let tried = 0
  for (const definition of new Set<AnyDefinition>(standard.definitions)) {
    const { kind, type } = definition
    if (kind === 'operation' || kind === 'activation') continue
    const { config, make } = cases[type] ?? {}
    const Class = definition as unknown as new (config?: object) => Configured
    const base = make ? make().config : (config ?? {})
    for (const [key, field] of Object.entries(inheritedFieldsOf(definition))) {
      if (descriptionOf(field).required || meaningful.includes(`${type}.${key}`)) continue
      const { [key]: _, ...others } = base as Readonly<Record<string, unknown>>
      if (errorOf(() => new Class(others))) continue // the others need it
      for (const value of [null, undefined]) {
        const error = errorOf(() => new Class({ ...others, [key]: value }))
        if (error) failures.push(`${type}.${key} = ${String(value)}: ${error}`)
        tried++
      }
    }
  }
  expect(failures).toEqual([])
  expect(tried).toBeGreaterThan(3000)
})

function errorOf(make: () => unknown): string | undefined {
  try {
    make()
  } catch (error) {
    return (error as Error).message
  }
  return undefined
}
