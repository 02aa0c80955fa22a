import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { GpuSource } from '@gradus/backend-webgpu'

let kept: GpuSource | undefined

/** WebGPU in Node: loads Dawn, a native module, which cannot be bundled. `kept` holds it, because its devices need it. */
export async function dawn(root: string): Promise<GpuSource> {
  const path = join(root, 'packages/backend-webgpu/node_modules/webgpu/index.js')
  const { create } = (await import(pathToFileURL(path).href)) as { create(options: string[]): GpuSource }
  kept = create([])
  return kept
}
