import { programChecks, testBackend } from '@gradus/testing'
import { describe, it } from 'vitest'
import { interpreted } from './testing/interpreted.ts'

// What schedules mean, apart from any code generator: their expressions, indices, passes and the places in memory are followed
// element by element, in memory that holds no number before it is written.

testBackend(interpreted())

describe('random programs, as scheduled', () => {
  for (const { name, run } of programChecks(interpreted(), 4)) it(name, run)
})
