import { programChecks } from '@gradus/testing/checks'
import { describe, it } from 'vitest'
import { variantsHere } from './testing/variants.ts'

// The conformance suite has small samples; these programs are large and odd enough to reach every path of the generator.

const cases: Readonly<Record<string, number>> = { 'one thread': 12, 'two threads that share everything': 8 }

describe.each(variantsHere)('programs on wasm with %s', (variant, make) => {
  for (const { name, run } of programChecks(make(), cases[variant] ?? 4)) it(name, run)
})
