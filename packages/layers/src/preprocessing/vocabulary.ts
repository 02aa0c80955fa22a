import { ConfigError, describeValue } from '@gradus/core'

/** An entry of a vocabulary. */
export type Token = string | number

/** Tokens with their indices: first the special tokens (mask and unknown), then the others in order. */
export class Vocabulary<T extends Token> {
  private readonly indices: ReadonlyMap<T, number>

  constructor(
    private readonly special: readonly T[],
    /** The tokens that are not special. */
    readonly tokens: readonly T[],
    /** The inverse document frequency of each entry, including special tokens; undefined if not needed. */
    readonly idfWeights?: readonly number[],
  ) {
    this.indices = new Map(tokens.map((token, position) => [token, special.length + position]))
  }

  /** The number of entries, including special tokens. */
  get size(): number {
    return this.special.length + this.tokens.length
  }

  /** All entries in the order of their indices. */
  get entries(): T[] {
    return [...this.special, ...this.tokens]
  }

  /** The index of a token; undefined for special and unknown ones. */
  indexOf(token: T): number | undefined {
    return this.indices.get(token)
  }

  /** The token of an index; undefined for indices of special tokens and those that do not exist. */
  tokenAt(index: number): T | undefined {
    return this.tokens[index - this.special.length]
  }
}

/** The requirements of a layer on its vocabulary. */
export interface VocabularyRules<T extends Token> {
  /** The layer in messages. */
  readonly owner: string
  /** The first entries: the mask token, if any, and the unknown token once for each of its indices. */
  readonly special: readonly T[]
  /** Tokens that may only be special tokens, with the options that define them. */
  readonly reserved: readonly { readonly token: T | undefined; readonly option: string }[]
  /** The largest number of entries. */
  readonly maxTokens: number | undefined
  /** Whether the entries have weights. */
  readonly weighted: boolean
  /** A token in words, such as `a string`. */
  readonly expected: string
  isToken(value: unknown): boolean
}

/**
 * The vocabulary of a list that a user gave, with or without the special tokens in front, with one weight for each entry of the
 * list. Missing special tokens get the mean of the weights. Throws `ConfigError` for invalid lists.
 */
export function givenVocabulary<T extends Token>(
  rules: VocabularyRules<T>,
  given: readonly T[],
  idfWeights: readonly number[] | undefined,
): Vocabulary<T> {
  requireTokens(rules, given)
  requireWeights(rules, given, idfWeights)
  const { special } = rules
  const complete = special.every((token, index) => given[index] === token)
  const tokens = complete ? given.slice(special.length) : given
  requireDistinct(rules, tokens)
  requireUnreserved(rules, tokens)
  requireSize(rules, special.length + tokens.length)
  return new Vocabulary(special, tokens, complete ? idfWeights : paddedWeights(special.length, idfWeights))
}

/** The weights of tokens with their mean in front, once for each of `count` special tokens. */
export function paddedWeights(count: number, weights: readonly number[] | undefined): readonly number[] | undefined {
  if (!weights) return undefined
  const mean = weights.reduce((sum, weight) => sum + weight, 0) / weights.length
  return [...new Array<number>(count).fill(mean), ...weights]
}

function requireTokens({ owner, expected, isToken }: VocabularyRules<Token>, given: unknown): void {
  if (!Array.isArray(given)) {
    const advice = typeof given === 'string' ? ' Files are not read: read the file and give its lines.' : ''
    throw new ConfigError(
      `${owner}: 'vocabulary' must be a list with ${expected} as each entry and is ${describeValue(given)}.${advice}`,
    )
  }
  if (given.length === 0) {
    throw new ConfigError(
      `${owner}: 'vocabulary' is empty. Give at least one token, or leave it out and call adapt(data).`,
    )
  }
  const wrong = given.findIndex((token) => !isToken(token))
  if (wrong >= 0) {
    throw new ConfigError(
      `${owner}: each entry of 'vocabulary' must be ${expected}, and entry ${wrong} is ${describeValue(given[wrong])}.`,
    )
  }
}

function requireWeights(
  { owner, weighted }: VocabularyRules<Token>,
  given: readonly Token[],
  weights: readonly number[] | undefined,
): void {
  if (!weighted && weights) {
    throw new ConfigError(
      `${owner}: 'idfWeights' are for outputMode 'tfIdf' only. Leave them out, or set outputMode: 'tfIdf'.`,
    )
  }
  if (weighted && !weights) {
    throw new ConfigError(
      `${owner}: outputMode 'tfIdf' needs 'idfWeights' beside 'vocabulary', one for each of its ${given.length} entries. Or leave out both and call adapt(data).`,
    )
  }
  if (weights && weights.length !== given.length) {
    throw new ConfigError(
      `${owner}: there are ${weights.length} 'idfWeights' for the ${given.length} entries of 'vocabulary'. Give one for each.`,
    )
  }
}

function requireDistinct({ owner }: VocabularyRules<Token>, tokens: readonly Token[]): void {
  const seen = new Set<Token>()
  const repeated = new Set(tokens.filter((token) => seen.size === seen.add(token).size))
  if (repeated.size === 0) return
  throw new ConfigError(
    `${owner}: 'vocabulary' holds ${[...repeated].map(describeValue).join(', ')} more than once. Each token must occur once.`,
  )
}

function requireUnreserved<T extends Token>(
  { owner, special, reserved }: VocabularyRules<T>,
  tokens: readonly T[],
): void {
  for (const { token, option } of reserved) {
    const position = token === undefined ? -1 : tokens.indexOf(token)
    if (position < 0) continue
    throw new ConfigError(
      `${owner}: ${describeValue(token)} is the ${option} and stands among the tokens of 'vocabulary' (token ${position}). ` +
        `Leave special tokens out, or begin the list with all of them in this order: ${describeValue(special)}.`,
    )
  }
}

function requireSize({ owner, maxTokens, special }: VocabularyRules<Token>, size: number): void {
  if (maxTokens === undefined || size <= maxTokens) return
  throw new ConfigError(
    `${owner}: the vocabulary has ${size} entries, special tokens (${special.length}) included, and 'maxTokens' allows ${maxTokens}. Shorten the vocabulary or raise maxTokens.`,
  )
}
