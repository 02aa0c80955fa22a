export type { GpuSource } from './runtime/gpu.ts'
export { type WebGpuOptions, webgpu } from './webgpu.ts'
