import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { GpuSource } from '@gradus/backend-webgpu'

let kept: GpuSource | undefined

/** WebGPU in Node. Dawn is a native module, so it cannot be part of the bundle that this is; it is kept as long as its devices live. */
export async function dawn(root: string): Promise<GpuSource> {
  const path = join(root, 'packages/backend-webgpu/node_modules/webgpu/index.js')
  const { create } = (await import(pathToFileURL(path).href)) as { create(options: string[]): GpuSource }
  kept = create([])
  return kept
}
