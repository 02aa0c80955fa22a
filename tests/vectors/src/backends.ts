import { cpu } from '@gradus/backend-cpu'
import { wasm } from '@gradus/backend-wasm'
import type { Backend } from '@gradus/tensor'

/** The backends that `--backend` knows; another one is another line. */
export const backends: Readonly<Record<string, () => Backend | Promise<Backend>>> = {
  cpu: () => cpu(),
  wasm: () => wasm(),
}
