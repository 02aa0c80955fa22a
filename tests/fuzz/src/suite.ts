import './backend.ts'
import { afterAll, describe, expect, it } from 'vitest'
import { fuzz } from './fuzz.ts'
import type { Loader } from './loader.ts'

// In `npm test` some hundred cases; `.ci/run` sets the number. A run is repeated with the seed that it prints.
const count = Number(process.env['GRADUS_FUZZ_CASES'] ?? 200)
const seed = Number(process.env['GRADUS_FUZZ_SEED'] ?? 1)

/** Defines a test for each loader. */
export function fuzzSuite(loaders: readonly Loader[]): void {
  describe(`${count} cases with GRADUS_FUZZ_SEED=${seed}`, () => {
    afterAll(() => {
      for (const { close } of loaders) close?.()
    })

    it.each(loaders)('$name', { timeout: 60_000 + 200 * count }, async (loader) => {
      const { faults, accepted } = await fuzz(loader, count, seed)
      if (faults.length > 0) throw new Error(`${faults.length} kinds of faults:\n\n${faults.join('\n\n')}`)
      expect(accepted, 'cases that are read').toBeGreaterThan(0)
      if (loader.refuses === false) expect(accepted, 'cases that are read').toBe(count)
      else expect(accepted, 'cases that are refused').toBeLessThan(count)
    })
  })
}
