import {
  type Adaptable,
  type AdaptData,
  type ConfigArgument,
  ConfigError,
  DataError,
  describeValue,
  type FieldTable,
  HostLayer,
  type HostValues,
  isStringArray,
  type LayerOptions,
  learnFrom,
  titleOf,
} from '@gradus/core'
import type { Shape, SymbolicDType, Tensor } from '@gradus/tensor'
import { encodedShape, encodeTokens } from './encode-tokens.ts'
import {
  checkLookupOptions,
  type LookupConfig,
  type LookupOptions,
  lookupFields,
  specialTokens,
} from './lookup-options.ts'
import { TokenCounts } from './token-counts.ts'
import { givenVocabulary, paddedWeights, type Token, Vocabulary } from './vocabulary.ts'

/** The base class of layers that look up tokens in a vocabulary, which is given or learned from data. */
export abstract class IndexLookup<T extends Token, C extends LookupConfig> extends HostLayer<C> implements Adaptable {
  static override readonly fields: FieldTable = lookupFields
  declare readonly options: LookupOptions<T>

  private readonly special: readonly T[]
  /** The vocabulary given as an option. */
  private readonly given: Vocabulary<T> | undefined
  private current: Vocabulary<T> | undefined
  /** The length of the output vectors once it must not change, because a model depends on it. */
  private fixedSize: number | undefined

  constructor(...config: ConfigArgument<LayerOptions<C>>) {
    super(...config)
    const { vocabulary, idfWeights, vocabularySize } = this.options
    checkLookupOptions(this.type, this.options)
    this.special = specialTokens(this.options)
    this.fixedSize = vocabularySize
    if (vocabulary) this.given = this.setCurrent(this.parse(vocabulary, idfWeights))
  }

  /** A token in words for messages, such as `a string`. */
  protected abstract get expected(): string

  protected abstract isToken(value: unknown): boolean

  /** Host values as tokens. Throws `DataError` for values that are not tokens. */
  protected abstract tokensOf(values: HostValues): readonly T[]

  /** Tokens as host values. */
  protected abstract valuesOf(tokens: readonly T[], shape: Shape): HostValues

  /** The order of equally frequent tokens. */
  protected abstract compare(a: T, b: T): number

  /** The number, from 0 to before `count`, of the index of an unknown token. */
  protected abstract bucketOf(token: T, count: number): number

  /** The number of entries of the vocabulary, including special tokens. */
  get vocabularySize(): number {
    return this.current?.size ?? this.special.length
  }

  /** The entries of the vocabulary in the order of their indices; special tokens come first. */
  getVocabulary({ includeSpecialTokens = true }: { readonly includeSpecialTokens?: boolean } = {}): T[] {
    const entries = this.current?.entries ?? this.special
    return entries.slice(includeSpecialTokens ? 0 : this.special.length)
  }

  /**
   * Replaces the vocabulary. The list may begin with the special tokens. `outputMode` `tfIdf` also requires the inverse document
   * frequency of each entry. Throws `ConfigError` for repeated tokens and for lists longer than `maxTokens`.
   */
  setVocabulary(vocabulary: readonly T[], idfWeights?: readonly number[]): void {
    this.setCurrent(this.parse(vocabulary, idfWeights))
  }

  /**
   * Replaces the vocabulary by the tokens of the data, most frequent first. For `tfIdf`, each sample is a document. Throws
   * `DataError` for data without tokens.
   */
  async adapt(data: AdaptData): Promise<void> {
    const counts = new TokenCounts<T>()
    const reading = learnFrom(this, data, (values) => counts.add(this.tokensOf(values), values.shape[0] ?? 1))
    if (reading) await reading
    this.learn(counts)
  }

  /** Replaces the vocabulary by counted tokens, most frequent first. Throws `DataError` if there are none. */
  learn(counts: TokenCounts<T>): void {
    const { maskToken, oovToken, maxTokens, outputMode } = this.options
    const capacity = maxTokens === undefined ? undefined : maxTokens - this.special.length
    const tokens = counts
      .ranked((a, b) => this.compare(a, b))
      .filter((token) => token !== maskToken && token !== oovToken)
      .slice(0, capacity)
    if (tokens.length === 0) {
      throw new DataError(`${titleOf(this)} found only special tokens in the data that it is adapted to, or none.`)
    }
    const weights = outputMode === 'tfIdf' ? tokens.map((token) => counts.inverseFrequency(token)) : undefined
    this.setCurrent(new Vocabulary(this.special, tokens, paddedWeights(this.special.length, weights)))
  }

  override get inputDType(): SymbolicDType {
    return this.options.invert ? 'int32' : super.inputDType
  }

  override get outputDType(): SymbolicDType {
    return this.options.outputMode === 'int' ? 'int32' : 'float32'
  }

  override processValues(values: HostValues): HostValues {
    const { current } = this
    if (!current) throw this.withoutVocabulary()
    return this.options.invert ? this.tokensAt(values, current) : this.encoded(values, current)
  }

  override outputShape(shape: Shape): Shape {
    return encodedShape(shape, this.options.outputMode, this.depth())
  }

  override apply(x: Tensor): Tensor {
    this.fixDepth()
    return super.apply(x)
  }

  /** Keeps the length of the output vectors from now on, because a model depends on it. */
  fixDepth(): void {
    if (this.options.outputMode !== 'int') this.fixedSize = this.depth()
  }

  /** The indices of tokens; -1 for masked tokens that vectors leave out. Throws `DataError` for unknown ones without an index. */
  indicesOf(tokens: readonly T[]): Int32Array {
    const { current } = this
    if (!current) throw this.withoutVocabulary()
    return Int32Array.from(tokens, (token) => this.indexOf(token, current))
  }

  /** The inverse document frequency of each entry, for `tfIdf`. */
  get idfWeights(): readonly number[] | undefined {
    return this.current?.idfWeights
  }

  /** The spec includes the vocabulary, also if it was learned. */
  override toSpec(): object {
    const { current, given } = this
    const spec = super.toSpec()
    if (current === given) return spec
    const { vocabularySize: _, ...rest } = spec as { readonly vocabularySize?: number }
    const { entries, idfWeights } = current!
    return { ...rest, vocabulary: entries, ...(idfWeights ? { idfWeights } : {}) }
  }

  private parse(vocabulary: readonly T[], idfWeights: readonly number[] | undefined): Vocabulary<T> {
    const { maskToken, oovToken, invert, maxTokens, outputMode } = this.options
    const rules = {
      owner: titleOf(this),
      special: this.special,
      reserved: [
        { token: maskToken, option: 'maskToken' },
        { token: invert ? oovToken : undefined, option: 'oovToken' },
      ],
      maxTokens,
      weighted: outputMode === 'tfIdf',
      expected: this.expected,
      isToken: (value: unknown) => this.isToken(value),
    }
    return givenVocabulary(rules, vocabulary, idfWeights)
  }

  private setCurrent(vocabulary: Vocabulary<T>): Vocabulary<T> {
    const { outputMode, padToMaxTokens } = this.options
    const fixed = outputMode !== 'int' && !padToMaxTokens ? this.fixedSize : undefined
    if (fixed !== undefined && fixed !== vocabulary.size) {
      throw new ConfigError(
        `${titleOf(this)} gives vectors of ${fixed} numbers since it was called or made with 'vocabularySize', so its vocabulary cannot have ${vocabulary.size} entries. ` +
          'Make a new layer, or set maxTokens and padToMaxTokens.',
      )
    }
    this.current = vocabulary
    return vocabulary
  }

  /** The length of the output vectors. Throws `ConfigError` if it depends on a vocabulary that is missing. */
  depth(): number {
    const { outputMode, padToMaxTokens, maxTokens } = this.options
    const depth = padToMaxTokens ? maxTokens : (this.current?.size ?? this.fixedSize)
    if (depth === undefined && outputMode !== 'int') throw this.withoutVocabulary()
    return depth ?? 0
  }

  private withoutVocabulary(): ConfigError {
    return new ConfigError(
      `${titleOf(this)} has no vocabulary yet. Give the option 'vocabulary', or call adapt(data) or setVocabulary([...]) first.`,
    )
  }

  private encoded(values: HostValues, vocabulary: Vocabulary<T>): HostValues {
    const indices = this.indicesOf(this.tokensOf(values))
    return encodeTokens(indices, values.shape, this.options.outputMode, this.depth(), vocabulary.idfWeights)
  }

  /** The index of a token; -1 for a masked token that the output leaves out. */
  private indexOf(token: T, vocabulary: Vocabulary<T>): number {
    const { maskToken, numOovIndices, outputMode } = this.options
    if (token === maskToken) return outputMode === 'int' ? 0 : -1
    const index = vocabulary.indexOf(token)
    if (index !== undefined) return index
    if (numOovIndices === 0) {
      throw new DataError(
        `${titleOf(this)}: ${describeValue(token)} is not in the vocabulary, and numOovIndices is 0. Add it to the vocabulary, or set numOovIndices: 1.`,
      )
    }
    const first = this.special.length - numOovIndices
    return numOovIndices === 1 ? first : first + this.bucketOf(token, numOovIndices)
  }

  private tokensAt(values: HostValues, vocabulary: Vocabulary<T>): HostValues {
    const { maskToken, oovToken } = this.options
    if (isStringArray(values)) {
      throw new DataError(
        `${titleOf(this)} has invert: true, so it takes indices, and its input is strings, such as ${describeValue(values.data[0])}. Leave invert out to look up strings.`,
      )
    }
    const { data, shape } = values
    const tokens = Array.from(data, (index) => {
      if (!Number.isInteger(index)) {
        throw new DataError(`${titleOf(this)} makes tokens of indices, and ${index} is no whole number.`)
      }
      return index === 0 && maskToken !== undefined ? maskToken : (vocabulary.tokenAt(index) ?? oovToken)
    })
    return this.valuesOf(tokens, shape)
  }
}
