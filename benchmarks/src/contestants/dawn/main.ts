// Loaded before a contestant (`node --import`): gives Node `navigator.gpu`, as in a page, through Dawn. With
// GRADUS_BENCH_COUNT nothing is computed, and calls are counted.
import { create, globals } from 'webgpu'
import { type CountedGlobal, countGpuCalls, type GpuInterfaces, readNothing } from '../../shared/gpu-counts.ts'

const counted = process.env.GRADUS_BENCH_COUNT !== undefined
const interfaces = globals as unknown as GpuInterfaces

// `navigator` keeps the result of `create` alive, which devices need
const navigator = { gpu: create(counted ? ['backend=null'] : []), userAgent: 'Node', hardwareConcurrency: 1 }
if (counted) readNothing(interfaces)
const global: CountedGlobal = counted ? { gpuCounts: countGpuCalls(interfaces) } : {}
Object.assign(globalThis, globals, global)
Object.defineProperty(globalThis, 'navigator', { value: navigator, configurable: true })
