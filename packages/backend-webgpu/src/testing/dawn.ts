import * as dawn from 'webgpu'
import type { GpuSource } from '../runtime/gpu.ts'

/** Dawn must stay alive as long as its devices. */
const kept: GpuSource[] = []

/** WebGPU in Node. `backend=null` validates everything and computes nothing. */
export function dawnGpu(...options: string[]): GpuSource {
  const gpu = (dawn as unknown as { create(options: string[]): GpuSource }).create(options)
  kept.push(gpu)
  return gpu
}

/** Why nothing can be computed here; undefined if there is an adapter. */
export async function adapterObstacle(): Promise<string | undefined> {
  const adapter = await dawnGpu().requestAdapter()
  if (adapter) return undefined
  return 'there is no graphics adapter: install a driver, or SwiftShader with libvulkan1 and VK_DRIVER_FILES'
}
