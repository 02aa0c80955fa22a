import { programChecks } from '@gradus/testing/checks'
import { describe, it } from 'vitest'
import { variantsHere } from './testing/variants.ts'

// The samples of the conformance suite are small. These programs are large and irregular enough to reach every path of the
// code generator.

const cases: Readonly<Record<string, number>> = { 'one thread': 12, 'two threads that share everything': 8 }

describe.each(variantsHere)('programs on wasm with %s', (variant, make) => {
  for (const { name, run } of programChecks(make(), cases[variant] ?? 4)) it(name, run)
})
