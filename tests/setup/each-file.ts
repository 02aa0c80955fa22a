// The unit tests share one process per worker, so that modules are loaded once. Each file starts from the state of a
// program that has just begun, whatever the file before it left behind.
import { useDTypePolicy } from '@gradus/core'
import { hasBackend, useBackend } from '@gradus/tensor'
import { vi } from 'vitest'

vi.useRealTimers()
vi.restoreAllMocks()
vi.unstubAllGlobals()
vi.unstubAllEnvs()
useDTypePolicy('float32')
// No backend cannot be had again; what a model would choose can.
if (hasBackend()) await useBackend((await import('./default-backend.ts')).defaultBackend)
