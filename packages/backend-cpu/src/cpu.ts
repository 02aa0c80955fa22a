import { kernelBackend } from '@gradus/graph'
import type { Backend } from '@gradus/tensor'
import { kernels } from './kernels.ts'

/**
 * The reference backend: every primitive is a short, exact function over typed arrays. It generates no code, so it runs
 * under any content security policy, and values can be read synchronously (`array()`, `dataSync()`).
 *
 * @example
 * import { cpu } from '@gradus/backend-cpu'
 * import { matmul, tensor, useBackend } from '@gradus/tensor'
 * await useBackend(cpu())
 * matmul(tensor([[1, 2], [3, 4]]), tensor([[1], [1]])).array() // => [[3], [7]]
 */
export function cpu(): Backend {
  return { ...kernelBackend({ name: 'cpu', kernels: kernels() }), about: 'plain JavaScript, everywhere' }
}
