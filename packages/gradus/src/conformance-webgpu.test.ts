import { describe, it } from 'vitest'
import { startAll } from '../../../tests/backends.ts'
import { testStandard } from './testing/test-standard.ts'

const webgpu = (await startAll()).find(({ name }) => name === 'webgpu')?.backend
if (webgpu) testStandard(webgpu, { float64: false })
else describe('on webgpu', () => it.skip('does not start here', () => undefined))
