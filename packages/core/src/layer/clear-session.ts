import { clearRandomSeed } from '../config/default-seed.ts'
import { useDTypePolicy } from './dtype-policy.ts'

/**
 * Puts back what programs set for all models: the default seeds become random again (`setRandomSeed`), and the dtype policy is
 * `float32` (`useDTypePolicy`). Models and tensors stay; the garbage collector frees those that nothing refers to. Keras:
 * `utils.clear_session`.
 *
 * @example
 * import { clearSession, currentDTypePolicy, useDTypePolicy } from '@gradus/core'
 * useDTypePolicy('mixedFloat16')
 * clearSession()
 * currentDTypePolicy() // => 'float32'
 */
export function clearSession(): void {
  clearRandomSeed()
  useDTypePolicy('float32')
}
