import { ConfigError, type ConfigOf, describeValue, type Kind, type OptionsOf } from '@gradus/core'
import { outputModeField } from './encode-tokens.ts'
import type { Salt } from './string-hash.ts'
import type { Token } from './vocabulary.ts'

/** The fields of `LookupConfig`. */
export const lookupFields = {
  /** The largest number of entries of the vocabulary, including special tokens. */
  maxTokens: { type: 'integer', min: 2 },
  /**
   * The number of indices for unknown tokens. The hash of a token selects one of several; with 0 an unknown token is an
   * error.
   */
  numOovIndices: { type: 'integer', min: 0, default: 1 },
  /** Inverse document frequencies for `tfIdf`, one for each entry of `vocabulary`. */
  idfWeights: 'numbers',
  /** Whether to look up the tokens of indices instead. */
  invert: { type: 'boolean', default: false },
  /**
   * `int` gives the index of each token, `oneHot` a vector for each. The others give one vector for all tokens along the
   * last axis: `multiHot` marks those that occur, `count` counts them, `tfIdf` multiplies the counts by `idfWeights`.
   */
  outputMode: outputModeField,
  /** Whether vectors have `maxTokens` numbers even if the vocabulary is smaller. */
  padToMaxTokens: { type: 'boolean', default: false },
  /** Must be false, because there are no sparse tensors. */
  sparse: { type: 'boolean', default: false },
  /** Whether the remainder or the hash of an unknown whole number selects its index. Strings are always hashed. */
  oovMethod: { oneOf: ['floormod', 'farmhash'], default: 'floormod' },
  /** Changes the hash of unknown tokens: two whole numbers, or one that is used for both. */
  salt: { type: ['integer', 'numbers'] as unknown as Kind<Salt> },
  /** The size of a vocabulary that is set later, as in configs saved by Keras. */
  vocabularySize: { type: 'integer', min: 1 },
} as const

/** Options of layers that look up tokens in a vocabulary. */
export interface LookupConfig extends ConfigOf<typeof lookupFields> {}

/** The complete options of a layer with tokens of type `T`. */
export type LookupOptions<T extends Token> = OptionsOf<typeof lookupFields> & {
  readonly maskToken: T | undefined
  readonly oovToken: T
  readonly vocabulary: readonly T[] | undefined
}

/** The entries of the vocabulary that are not tokens of the data, in the order of their indices. */
export function specialTokens<T extends Token>(options: LookupOptions<T>): T[] {
  const { maskToken, oovToken, numOovIndices, outputMode } = options
  // in the other modes, the output leaves masked tokens out
  const mask = maskToken !== undefined && outputMode === 'int' ? [maskToken] : []
  return [...mask, ...new Array<T>(numOovIndices).fill(oovToken)]
}

/** Throws `ConfigError` for options that contradict each other. */
export function checkLookupOptions<T extends Token>(owner: string, options: LookupOptions<T>): void {
  const { maxTokens, padToMaxTokens, invert, outputMode, sparse, idfWeights, vocabulary, salt } = options
  const refuse = (message: string) => new ConfigError(`${owner}: ${message}`)
  if (sparse) {
    throw refuse(
      "'sparse' is true, and there are no sparse tensors. Leave it out: the output has the same values, zeros included.",
    )
  }
  if (padToMaxTokens && maxTokens === undefined) {
    throw refuse("'padToMaxTokens' needs 'maxTokens', the size to pad to. Example: maxTokens: 1000.")
  }
  if (invert && outputMode !== 'int') {
    throw refuse(`'invert' makes tokens of indices, and 'outputMode' is '${outputMode}'. Leave one of them out.`)
  }
  if (idfWeights && !vocabulary) {
    throw refuse(
      "'idfWeights' belong to the entries of 'vocabulary', which is missing. Give both, or call adapt(data).",
    )
  }
  const special = specialTokens(options).length
  if (maxTokens !== undefined && maxTokens <= special) {
    throw refuse(
      `'maxTokens' is ${maxTokens}, and ${special} special tokens leave no space for others. It must be at least ${special + 1}.`,
    )
  }
  const isValid = typeof salt === 'object' ? salt.length === 2 && salt.every(Number.isSafeInteger) : true
  if (!isValid) throw refuse(`'salt' must be a whole number or a list of two and is ${describeValue(salt)}.`)
}
