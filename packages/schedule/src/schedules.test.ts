import { programChecks, testBackend } from '@gradus/testing'
import { describe, it } from 'vitest'
import { interpreted } from './testing/interpreted.ts'

// The interpreter follows expressions, indices, passes and places in memory element by element, without any code generator.
// Memory holds no numbers before it is written.

testBackend(interpreted())

describe('random programs, scheduled', () => {
  for (const { name, run } of programChecks(interpreted(), 4)) it(name, run)
})
