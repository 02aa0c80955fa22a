import { ConfigError } from '@gradus/core'
import { add, matmul, mul, type Tensor } from '@gradus/tensor'
import { frozen } from './frozen.ts'

/** Low-rank adaptation (Hu et al., 2021): the parameter is frozen, and the product of two narrow matrices is trained. */
export interface LowRankOptions {
  /** Inner dimension of the two matrices; without it the parameter itself is trained. */
  readonly loraRank?: number | undefined
  /** The product is scaled by loraAlpha / loraRank (default loraRank). */
  readonly loraAlpha?: number | undefined
}

/** Rank and scale of the adaptation, or undefined if there is none. Throws `ConfigError` if a constraint is given too. */
export function lowRankOf(
  owner: string,
  { loraRank, loraAlpha }: LowRankOptions,
  constraint: unknown,
): { rank: number; scale: number } | undefined {
  if (loraRank === undefined) return undefined
  if (constraint) {
    throw new ConfigError(
      `${owner}: 'loraRank' is ${loraRank} and a constraint was given too. A frozen parameter cannot be constrained; leave one of them out.`,
    )
  }
  return { rank: loraRank, scale: (loraAlpha ?? loraRank) / loraRank }
}

/** The frozen parameter plus the scaled product of the trained matrices. */
export function adapted(param: Tensor, a: Tensor, b: Tensor, scale: number): Tensor {
  const product = matmul(a, b)
  return add(frozen(param), scale === 1 ? product : mul(product, scale))
}

/**
 * The key whose regularizer applies to the parameter `key` while the parameter `adaptedKey` is adapted: as in Keras, the trained
 * matrices have the regularizer of the adapted parameter, and that parameter has none.
 */
export function penalizedAs(key: string, adaptedKey: string): string | undefined {
  if (key === adaptedKey) return undefined
  return key.startsWith('lora') ? adaptedKey : key
}
