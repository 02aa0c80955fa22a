import { backendChecks } from './backend/backend-checks.ts'
import type { BackendCheckOptions, BackendSource } from './backend/options.ts'
import { registerChecks } from './register.ts'

/** Registers `backendChecks` as vitest tests: one call is the whole test of a backend. */
export function testBackend(backend: BackendSource, options: BackendCheckOptions = {}): void {
  const title = typeof backend === 'function' ? 'backend' : `${backend.name} backend`
  registerChecks(title, backendChecks(backend, options))
}
