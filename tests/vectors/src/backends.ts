import { cpu } from '@gradus/backend-cpu'
import type { Backend } from '@gradus/tensor'

/** The backends that `--backend` knows; another one is another line. */
export const backends: Readonly<Record<string, () => Backend | Promise<Backend>>> = {
  cpu: () => cpu(),
}
