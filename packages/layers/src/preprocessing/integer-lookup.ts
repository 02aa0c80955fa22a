import {
  type ConfigArgument,
  ConfigError,
  type ConfigOf,
  DataError,
  describeValue,
  type HostValues,
  isStringArray,
  type LayerOptions,
  type OptionsOf,
  titleOf,
} from '@gradus/core'
import type { Shape, SymbolicDType } from '@gradus/tensor'
import { IndexLookup } from './index-lookup.ts'
import type { LookupConfig, LookupOptions } from './lookup-options.ts'
import { hashBucket } from './string-hash.ts'

const fields = {
  /** The token of masked values. It has index 0 with `outputMode` `int`; vectors leave it out. */
  maskToken: 'integer',
  /** The entry of unknown tokens in the vocabulary; with `invert` the token of indices without one. */
  oovToken: { type: 'integer', default: -1 },
  /** The tokens in the order of their indices; may begin with the special tokens. Without it, call `adapt`. */
  vocabulary: 'numbers',
  /** The dtype of the tokens in Keras. */
  vocabularyDtype: { oneOf: ['int64'], default: 'int64' },
} as const

/** The options of `IntegerLookup`. */
export interface IntegerLookupConfig extends LookupConfig, ConfigOf<typeof fields> {}

/** 2^24. From here on float32 does not hold every whole number. */
const exactLimit = 16_777_216

/**
 * Replaces whole numbers by int32 indices in a vocabulary, in the shape of the input, or by the float32 vectors of `outputMode`.
 * By default index 0 is that of unknown numbers; `maskToken` and `numOovIndices` change this. The vocabulary is given or
 * learned with `adapt`. With `invert`, indices become tokens. Throws `DataError` for unknown numbers if `numOovIndices` is 0.
 * Keras: `IntegerLookup`.
 *
 * @example
 * import { IntegerLookup } from '@gradus/layers'
 * const layer = new IntegerLookup()
 * await layer.adapt([[12, 36], [36, 1138]])
 * layer.getVocabulary() // => [-1, 36, 1138, 12]
 * layer.call([[12, 7, 36]]).array() // => [[3, 0, 1]]
 */
export class IntegerLookup extends IndexLookup<number, IntegerLookupConfig> {
  static readonly type = 'IntegerLookup'
  static override readonly fields = fields
  declare readonly options: LookupOptions<number> & OptionsOf<typeof fields>

  constructor(...config: ConfigArgument<LayerOptions<IntegerLookupConfig>>) {
    super(...config)
    const { salt, oovMethod } = this.options
    if (salt === undefined || oovMethod === 'farmhash') return
    throw new ConfigError(
      `${titleOf(this)}: 'salt' changes hashes, and oovMethod is '${oovMethod}'. Leave it out, or set oovMethod: 'farmhash'.`,
    )
  }

  override get takesStrings(): boolean {
    return false
  }

  override get inputDType(): SymbolicDType {
    return 'int32'
  }

  protected get expected(): string {
    return 'a whole number'
  }

  protected isToken(value: unknown): boolean {
    return Number.isSafeInteger(value)
  }

  protected tokensOf(values: HostValues): readonly number[] {
    if (isStringArray(values)) {
      throw new DataError(
        `${titleOf(this)} takes whole numbers, and was given strings, such as ${describeValue(values.data[0])}. Use StringLookup for strings.`,
      )
    }
    const { data, dtype } = values
    const wrong = data.find((value) => !Number.isInteger(value))
    if (wrong !== undefined) {
      throw new DataError(
        `${titleOf(this)} looks up whole numbers, and ${wrong} is none. Use Discretization for others.`,
      )
    }
    if (dtype === 'float32' && data.some((value) => Math.abs(value) > exactLimit)) {
      throw new DataError(
        `${titleOf(this)} was given numbers above ${exactLimit} in float32, which does not hold them exactly. Give an Int32Array, or { data, shape, dtype: 'int32' }.`,
      )
    }
    return Array.from(data)
  }

  protected valuesOf(tokens: readonly number[], shape: Shape): HostValues {
    return { data: Int32Array.from(tokens), shape, dtype: 'int32' }
  }

  protected compare(a: number, b: number): number {
    return a - b
  }

  protected bucketOf(token: number, count: number): number {
    const { oovMethod, salt } = this.options
    return oovMethod === 'farmhash' ? hashBucket(String(token), count, salt) : ((token % count) + count) % count
  }
}
