import type { FloatDType } from '@gradus/tensor'
import { choiceOf } from '../config/check-fields.ts'
import { describeValue } from '../config/describe.ts'
import { ConfigError } from '../errors.ts'

/**
 * The dtypes of a layer's parameters and computations. `mixedFloat16` keeps parameters in float32 and computes in float16, which
 * halves the memory of activations; the others use one dtype for both. Keras: `DTypePolicy`.
 */
export type DTypePolicy = 'float32' | 'float64' | 'mixedFloat16'

/** All dtype policies. */
export const dtypePolicies = ['float32', 'float64', 'mixedFloat16'] as const satisfies readonly DTypePolicy[]

let current: DTypePolicy = 'float32'

/** The policy of layers that are made without the option `dtype`. */
export function currentDTypePolicy(): DTypePolicy {
  return current
}

/**
 * Sets the policy of layers that are made from now on without the option `dtype`; existing layers keep theirs. Keras's spelling
 * `mixed_float16` works, too. Throws `ConfigError` for an unknown policy. Keras: `keras.config.set_dtype_policy`.
 *
 * @example
 * import { Dense } from '@gradus/layers'
 * import { useDTypePolicy } from '@gradus/core'
 * useDTypePolicy('mixedFloat16')
 * const layer = new Dense({ units: 2 })
 * useDTypePolicy('float32')
 * layer.computeDType // => 'float16'
 * layer.dtype // => 'float32'
 */
export function useDTypePolicy(policy: DTypePolicy): void {
  const known = choiceOf(dtypePolicies, policy) as DTypePolicy | undefined
  if (known === undefined) {
    throw new ConfigError(
      `useDTypePolicy: there is no policy ${describeValue(policy)}; use one of ${dtypePolicies.join(', ')}.`,
    )
  }
  current = known
}

/** The dtypes of parameters and of computations under a policy. */
export function dtypesOf(policy: DTypePolicy): { readonly variables: FloatDType; readonly compute: FloatDType } {
  if (policy === 'mixedFloat16') return { variables: 'float32', compute: 'float16' }
  return { variables: policy, compute: policy }
}
