import { describe, it } from 'vitest'
import type { Check } from './check.ts'

/** Registers checks as vitest tests in one `describe`. */
export function registerChecks(title: string, checks: readonly Check[]): void {
  describe(title, () => {
    for (const { name, skip, run } of checks) {
      it(name, async (context) => {
        if (skip !== undefined) context.skip(skip)
        await run()
      })
    }
  })
}
