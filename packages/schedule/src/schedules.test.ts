import { dtypes } from '@gradus/tensor'
import { backendChecks, type Check, programChecks } from '@gradus/testing/checks'
import { describe, it } from 'vitest'
import { interpreted } from './testing/interpreted.ts'

// The interpreter follows expressions, indices, passes and places in memory element by element, without any code generator.
// Memory holds no numbers before it is written.

const register = (checks: readonly Check[]) => {
  for (const { name, skip, run } of checks) it.skipIf(skip !== undefined)(name, run)
}
const isDerivative = ({ name }: Check) => /: (gradient|second derivative)$/.test(name)

describe('the interpreted backend', () => {
  register(backendChecks(interpreted()).filter((check) => !isDerivative(check)))
})

// Finite differences would run every op hundreds of times to show what they show of cpu already: that its derivative is
// right. Without float64 derivatives are compared with those of cpu, as closely as those are with the differences.
describe('derivatives on the interpreted backend', () => {
  const tolerance = { float32Gradient: 1e-6 }
  const options = { dtypes: dtypes.filter((dtype) => dtype !== 'float64'), tolerance }
  register(backendChecks(interpreted(), options).filter(isDerivative))
})

describe('random programs, scheduled', () => register(programChecks(interpreted(), 4)))
