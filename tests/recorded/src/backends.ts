import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { cpu } from '@gradus/backend-cpu'
import { wasm } from '@gradus/backend-wasm'
import { type GpuSource, webgpu } from '@gradus/backend-webgpu'
import type { Backend } from '@gradus/tensor'

/** The backends that `--backend` knows, given the root of the repository; another one is another line. */
export const backends: Readonly<Record<string, (root: string) => Backend | Promise<Backend>>> = {
  cpu: () => cpu(),
  wasm: () => wasm(),
  webgpu: async (root) => webgpu({ gpu: await dawn(root) }),
}

let kept: GpuSource | undefined

/** Dawn is a native module, so it cannot be part of the bundle that this is; it is kept as long as its devices live. */
async function dawn(root: string): Promise<GpuSource> {
  const path = join(root, 'packages/backend-webgpu/node_modules/webgpu/index.js')
  const { create } = (await import(pathToFileURL(path).href)) as { create(options: string[]): GpuSource }
  kept = create([])
  return kept
}
