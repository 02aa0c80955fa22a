// The unit tests share one process per worker, so that modules are loaded once. This resets the state of the process before
// each file.
import { useDTypePolicy } from '@gradus/core'
import { hasBackend, useBackend } from '@gradus/tensor'
import { vi } from 'vitest'

vi.useRealTimers()
vi.restoreAllMocks()
vi.unstubAllGlobals()
vi.unstubAllEnvs()
useDTypePolicy('float32')
// The state without a backend cannot be restored, so the default backend is chosen.
if (hasBackend()) await useBackend((await import('./default-backend.ts')).defaultBackend)
