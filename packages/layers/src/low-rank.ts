import { ConfigError } from '@gradus/core'
import { add, matmul, mul, type Tensor } from '@gradus/tensor'
import { frozen } from './frozen.ts'
import { wholeNumber } from './option-checks.ts'

/** Low-rank adaptation (Hu et al., 2021): the parameter is held fixed and a product of two narrow matrices is trained. */
export interface LowRankConfig {
  /** Inner dimension of the two matrices; without it the parameter itself is trained. */
  readonly loraRank?: number
  /** The product is scaled by loraAlpha / loraRank (default loraRank). */
  readonly loraAlpha?: number
}

/** Rank and scale of the adaptation, or undefined if there is none. Throws `ConfigError` for options that do not fit. */
export function lowRankOf(
  owner: string,
  config: LowRankConfig,
  constraint: unknown,
): { rank: number; scale: number } | undefined {
  const { loraRank, loraAlpha } = config
  if (loraRank === undefined || loraRank === null) return undefined
  const rank = wholeNumber(owner, 'loraRank', loraRank)
  if (constraint) {
    throw new ConfigError(
      `${owner}: 'loraRank' is ${loraRank} and a constraint was given too. A fixed parameter cannot be constrained; leave one of them out.`,
    )
  }
  return { rank, scale: (loraAlpha ?? loraRank) / rank }
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
export function penalisedAs(key: string, fixed: string): string | undefined {
  if (key === fixed) return undefined
  return key.startsWith('lora') ? fixed : key
}
