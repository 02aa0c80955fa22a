import {
  type Adaptable,
  type AdaptData,
  type BaseLayer,
  type ConfigArgument,
  ConfigError,
  type ConfigOf,
  DataError,
  describeValue,
  HostLayer,
  type HostValues,
  isStringArray,
  type Kind,
  type LayerOptions,
  learnFrom,
  type OptionsOf,
  titleOf,
} from '@gradus/core'
import { formatShape, type Shape, ShapeError, type SymbolicDType, type Tensor } from '@gradus/tensor'
import { refuseSparse, sparseField } from './encode-categories.ts'
import { encodedShape, encodeTokens } from './encode-tokens.ts'
import { ngramsOf, standardized, tokensOf } from './split-text.ts'
import { StringLookup } from './string-lookup.ts'
import { TokenCounts } from './token-counts.ts'

const fields = {
  /** The largest number of entries of the vocabulary, including special tokens. */
  maxTokens: { type: 'integer', min: 2 },
  /** How strings are changed before they are split, or a function from a string to a string; `none` (in Keras None) keeps them. */
  standardize: {
    type: 'function' as Kind<(text: string) => string>,
    or: ['lowerAndStripPunctuation', 'lower', 'stripPunctuation', 'none'],
    whenNull: 'none',
    default: 'lowerAndStripPunctuation',
  },
  /** Where strings are split: a function from a string to its tokens; `none` (in Keras None) takes each string as a token. */
  split: {
    type: 'function' as Kind<(text: string) => readonly string[]>,
    or: ['whitespace', 'character', 'none'],
    whenNull: 'none',
    default: 'whitespace',
  },
  /** A list of the numbers of neighboring tokens that are joined; a single number n stands for 1 to n. */
  ngrams: { type: ['integer', 'numbers'], min: 1 },
  /**
   * `int` gives the index of each token. The others give one vector for each string: `multiHot` marks the tokens that occur,
   * `count` counts them, `tfIdf` multiplies the counts by `idfWeights`.
   */
  outputMode: { oneOf: ['int', 'multiHot', 'count', 'tfIdf'], default: 'int' },
  /** The number of indices for each string with `outputMode` `int`; others are cut or filled with 0. */
  outputSequenceLength: { type: 'integer', min: 1 },
  /** Whether vectors have `maxTokens` numbers even if the vocabulary is smaller. */
  padToMaxTokens: { type: 'boolean', default: false },
  /** The tokens in the order of their indices; may begin with the special tokens. Without it, call `adapt`. */
  vocabulary: 'strings',
  /** Inverse document frequencies for `tfIdf`, one for each entry of `vocabulary`. */
  idfWeights: 'numbers',
  /** Must be false, because there are no sparse tensors. */
  sparse: sparseField,
  /** Must be false, because there are no ragged tensors. */
  ragged: { type: 'boolean', default: false },
  /** The encoding of the strings. */
  encoding: { oneOf: ['utf-8'], default: 'utf-8' },
  /** The size of a vocabulary that is set later, as in configs saved by Keras. */
  vocabularySize: { type: 'integer', min: 1 },
} as const

/** The options of `TextVectorization`. */
export interface TextVectorizationConfig extends ConfigOf<typeof fields> {}

/** The lookup of the tokens, which messages name as the layer. */
class TextLookup extends StringLookup {
  override get type(): string {
    return 'TextVectorization'
  }
}

/**
 * Splits strings into tokens and gives their int32 indices in a vocabulary, `[batch, tokens]`, filled with 0 to the length of the
 * longest string or to `outputSequenceLength`; or float32 vectors `[batch, size of the vocabulary]`. The input is `[batch]` or
 * `[batch, 1]`. Index 0 is that of filling, 1 of unknown tokens. The vocabulary is given or learned with `adapt`. In a model, set
 * `outputSequenceLength`: otherwise each length is compiled as a program. Throws `DataError` for numbers and `ShapeError` for other
 * shapes. Keras: `TextVectorization`.
 *
 * @example
 * import { TextVectorization } from '@gradus/layers'
 * const layer = new TextVectorization()
 * await layer.adapt(['The cat sat.', 'The dog sat, too!'])
 * layer.getVocabulary() // => ['', '[UNK]', 'the', 'sat', 'too', 'dog', 'cat']
 * layer.call(['the cat', 'a dog sat']).array() // => [[2, 6, 0], [1, 5, 3]]
 */
export class TextVectorization extends HostLayer<TextVectorizationConfig> implements Adaptable {
  static readonly type = 'TextVectorization'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>
  private readonly lookup: StringLookup

  constructor(...config: ConfigArgument<LayerOptions<TextVectorizationConfig>>) {
    super(...config)
    refuseSparse(this)
    this.checkOptions()
    const { maxTokens, vocabulary, idfWeights, padToMaxTokens, outputMode, vocabularySize } = this.options
    this.lookup = new TextLookup({
      ...(this.config.name !== undefined && { name: this.config.name }),
      maskToken: '',
      outputMode,
      padToMaxTokens,
      ...(maxTokens !== undefined && { maxTokens }),
      ...(vocabulary && { vocabulary }),
      ...(idfWeights && { idfWeights }),
      ...(vocabularySize !== undefined && { vocabularySize }),
    })
  }

  /** The lookup is a part of this layer and has no variables. */
  override sublayers(): Readonly<Record<string, BaseLayer>> {
    return {}
  }

  /** The number of entries of the vocabulary, including special tokens. */
  get vocabularySize(): number {
    return this.lookup.vocabularySize
  }

  /** The entries of the vocabulary in the order of their indices; special tokens come first. */
  getVocabulary(options: { readonly includeSpecialTokens?: boolean } = {}): string[] {
    return this.lookup.getVocabulary(options)
  }

  /** Replaces the vocabulary; see `StringLookup`. */
  setVocabulary(vocabulary: readonly string[], idfWeights?: readonly number[]): void {
    this.lookup.setVocabulary(vocabulary, idfWeights)
  }

  /**
   * Replaces the vocabulary by the tokens of the strings, most frequent first. For `tfIdf`, each string of a list is a document. Throws
   * `DataError` for data without tokens.
   */
  async adapt(data: AdaptData): Promise<void> {
    const counts = new TokenCounts<string>()
    const reading = learnFrom(this, data, (values) => {
      const isList = values.shape.length === 1
      const documents: HostValues = isList ? { ...values, shape: [...values.shape, 1] } : values
      for (const row of this.rowsOf(documents)) counts.add(row, 1)
    })
    if (reading) await reading
    this.lookup.learn(counts)
  }

  override get outputDType(): SymbolicDType {
    return this.lookup.outputDType
  }

  /** With `int` the number of tokens is unknown unless it is fixed: then it is a size that no other dimension has. */
  override outputShape(shape: Shape): Shape {
    const { outputMode, outputSequenceLength, split, ngrams } = this.options
    const rows = this.rowsShape(shape)
    if (outputMode !== 'int') return encodedShape([...rows, 1], outputMode, this.lookup.depth())
    if (split === 'none' && !ngrams && outputSequenceLength === undefined) return shape
    return [...rows, outputSequenceLength ?? 2 * (shape[0] ?? 1) + 1]
  }

  override apply(x: Tensor): Tensor {
    this.lookup.fixDepth()
    return super.apply(x)
  }

  override processValues(values: HostValues): HostValues {
    const { outputMode, outputSequenceLength, split, ngrams } = this.options
    const rows = this.rowsOf(values).map((tokens) => this.lookup.indicesOf(tokens))
    const isFlat = split === 'none' && !ngrams && outputSequenceLength === undefined && outputMode === 'int'
    const longest = rows.reduce((length, { length: own }) => Math.max(length, own), 0)
    const length = (outputMode === 'int' ? outputSequenceLength : undefined) ?? longest
    // a negative index is left out of vectors
    const indices = new Int32Array(rows.length * length).fill(outputMode === 'int' ? 0 : -1)
    rows.forEach((row, index) => indices.set(row.slice(0, length), index * length))
    const shape = isFlat ? values.shape : [...this.rowsShape(values.shape), length]
    return encodeTokens(indices, shape, outputMode, this.lookup.depth(), this.lookup.idfWeights)
  }

  /** The spec includes the vocabulary, also if it was learned. */
  override toSpec(): object {
    const { vocabularySize: _, ...spec } = super.toSpec() as { readonly vocabularySize?: number }
    const { vocabulary, idfWeights } = this.lookup.toSpec() as OptionsOf<typeof fields>
    return { ...spec, ...(vocabulary && { vocabulary }), ...(idfWeights && { idfWeights }) }
  }

  private checkOptions(): void {
    const { outputMode, outputSequenceLength, ragged } = this.options
    if (ragged) {
      throw new ConfigError(
        `${titleOf(this)}: 'ragged' is true, and there are no ragged tensors. Leave it out: shorter rows are filled with 0.`,
      )
    }
    if (outputMode !== 'int' && outputSequenceLength !== undefined) {
      throw new ConfigError(
        `${titleOf(this)}: 'outputSequenceLength' is for outputMode 'int', and outputMode is '${outputMode}'. Leave one of them out.`,
      )
    }
  }

  /** The shape of the strings, without a last axis of size 1, or with `split` `none` without the axis of the tokens. */
  private rowsShape(shape: Shape): Shape {
    if (this.options.split === 'none') return shape.slice(0, -1)
    if (shape.length < 2) return shape
    if (shape.at(-1) === 1) return shape.slice(0, -1)
    throw new ShapeError(
      `${titleOf(this)} splits strings of shape [batch] or [batch, 1] and got ${formatShape(shape)}. Set split: null if the strings are tokens already.`,
    )
  }

  /** The tokens of each string. */
  private rowsOf(values: HostValues): string[][] {
    if (!isStringArray(values)) {
      if (values.data.length === 0) return []
      throw new DataError(
        `${titleOf(this)} takes strings, and was given numbers, such as ${describeValue(values.data[0])}. Write them as strings.`,
      )
    }
    this.rowsShape(values.shape)
    const { standardize, split, ngrams } = this.options
    const texts = values.data.map((text) =>
      typeof standardize === 'function' ? standardize(text) : standardized(text, standardize),
    )
    const rows = this.split(texts, split, values.shape)
    if (ngrams === undefined) return rows
    const widths = typeof ngrams === 'number' ? Array.from({ length: ngrams }, (_, index) => index + 1) : ngrams
    return rows.map((tokens) => ngramsOf(tokens, widths))
  }

  private split(texts: readonly string[], how: OptionsOf<typeof fields>['split'], shape: Shape): string[][] {
    if (typeof how === 'function') return texts.map((text) => [...how(text)])
    if (how !== 'none') return texts.map((text) => tokensOf(text, how))
    const length = Math.max(1, shape.at(-1) ?? 1)
    return Array.from({ length: texts.length / length }, (_, row) => texts.slice(row * length, (row + 1) * length))
  }
}
