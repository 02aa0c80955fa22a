import type { Backend } from '@gradus/tensor'
import { NotSupported } from '../../shared/serve.ts'

interface WasmPackage {
  readonly wasm?: (options: { readonly threads: number }) => Backend | Promise<Backend>
}

/** The wasm backend. Throws `NotSupported` where there is none. */
export async function openWasm(threads: number): Promise<Backend> {
  const { wasm } = (await import('@gradus/backend-wasm')) as WasmPackage
  if (!wasm) throw new NotSupported('not available: @gradus/backend-wasm has no function wasm()')
  return wasm({ threads })
}
