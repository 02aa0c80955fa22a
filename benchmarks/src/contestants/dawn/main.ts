// Loaded before a contestant (`node --import`): gives Node what a page has, `navigator.gpu`, by way of Dawn. Arguments of
// Dawn, such as `backend=null`, stand in GRADUS_BENCH_DAWN; with GRADUS_BENCH_COUNT calls are counted.
import { create, globals } from 'webgpu'
import { type CountedGlobal, countGpuCalls, type GpuInterfaces } from '../../shared/gpu-counts.ts'

const { GRADUS_BENCH_DAWN: options = '', GRADUS_BENCH_COUNT: counted } = process.env
const interfaces = globals as unknown as GpuInterfaces

// `navigator` keeps the object that `create` gives alive, as long as devices need it
const navigator = { gpu: create(options.split(',').filter(Boolean)), userAgent: 'Node', hardwareConcurrency: 1 }
const global: CountedGlobal = counted ? { gpuCounts: countGpuCalls(interfaces) } : {}
Object.assign(globalThis, globals, global)
Object.defineProperty(globalThis, 'navigator', { value: navigator, configurable: true })
