export type { GpuSource } from './runtime/gpu.ts'
export type { TuneCache } from './runtime/tuning.ts'
export { type WebGpuOptions, webgpu } from './webgpu.ts'
