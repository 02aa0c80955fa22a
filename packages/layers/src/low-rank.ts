import { ConfigError } from '@gradus/core'
import { add, matmul, mul, type Tensor } from '@gradus/tensor'
import { frozen } from './frozen.ts'

/** Low-rank adaptation (Hu et al., 2021): the parameter is held fixed and a product of two narrow matrices is trained. */
export interface LowRankOptions {
  /** Inner dimension of the two matrices; without it the parameter itself is trained. */
  readonly loraRank?: number | undefined
  /** The product is scaled by loraAlpha / loraRank (default loraRank). */
  readonly loraAlpha?: number | undefined
}

/** Rank and scale of the adaptation, or undefined if there is none. Throws `ConfigError` for options that do not fit. */
export function lowRankOf(
  owner: string,
  { loraRank, loraAlpha }: LowRankOptions,
  constraint: unknown,
): { rank: number; scale: number } | undefined {
  if (loraRank === undefined) return undefined
  if (constraint) {
    throw new ConfigError(
      `${owner}: 'loraRank' is ${loraRank} and a constraint was given too. A fixed parameter cannot be constrained; leave one of them out.`,
    )
  }
  return { rank: loraRank, scale: (loraAlpha ?? loraRank) / loraRank }
}

/** The fixed parameter plus the scaled product of the trained matrices. */
export function adapted(fixed: Tensor, a: Tensor, b: Tensor, scale: number): Tensor {
  const product = matmul(a, b)
  return add(frozen(fixed), scale === 1 ? product : mul(product, scale))
}

/**
 * The parameter whose penalty belongs to `key` while `fixed` is adapted: as in Keras, the trained matrices bear the
 * penalty of the parameter that they stand for, and that parameter bears none.
 */
export function penalizedAs(key: string, fixed: string): string | undefined {
  if (key === fixed) return undefined
  return key.startsWith('lora') ? fixed : key
}
