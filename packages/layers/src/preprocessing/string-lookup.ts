import {
  ConfigError,
  type ConfigOf,
  DataError,
  describeValue,
  type HostValues,
  isStringArray,
  type Kind,
  type OptionsOf,
  titleOf,
} from '@gradus/core'
import type { Shape, SymbolicDType, Tensor } from '@gradus/tensor'
import { IndexLookup } from './index-lookup.ts'
import type { LookupConfig, LookupOptions } from './lookup-options.ts'
import { hashBucket } from './string-hash.ts'

const fields = {
  /** The token of masked values. It has index 0 with `outputMode` `int`; vectors leave it out. */
  maskToken: 'string',
  /** The entry of unknown tokens in the vocabulary; with `invert` the string for indices without a token. */
  oovToken: { type: 'string', default: '[UNK]' },
  /** The tokens in the order of their indices; may begin with the special tokens. Without it, call `adapt`. */
  vocabulary: { type: 'unknown' as Kind<readonly string[]> },
  /** The encoding of the bytes that are hashed. */
  encoding: { oneOf: ['utf-8'], default: 'utf-8' },
} as const

/** The options of `StringLookup`. */
export interface StringLookupConfig extends LookupConfig, ConfigOf<typeof fields> {}

/**
 * Replaces strings by int32 indices in a vocabulary, in the shape of the strings, or by the float32 vectors of `outputMode`.
 * By default index 0 is that of unknown strings; `maskToken` and `numOovIndices` change this. The vocabulary is given or
 * learned with `adapt`. With `invert`, indices become strings, which `process` returns. Throws `DataError` for unknown
 * strings if `numOovIndices` is 0. Keras: `StringLookup`.
 *
 * @example
 * import { StringLookup } from '@gradus/layers'
 * const layer = new StringLookup()
 * await layer.adapt([['a', 'b'], ['b', 'c']])
 * layer.getVocabulary() // => ['[UNK]', 'b', 'c', 'a']
 * layer.call([['a', 'z', 'b']]).array() // => [[3, 0, 1]]
 */
export class StringLookup extends IndexLookup<string, StringLookupConfig> {
  static readonly type = 'StringLookup'
  static override readonly fields = fields
  declare readonly options: LookupOptions<string> & OptionsOf<typeof fields>

  override get takesStrings(): boolean {
    return !this.options.invert
  }

  override get outputDType(): SymbolicDType {
    return this.options.invert ? 'string' : super.outputDType
  }

  override apply(x: Tensor): Tensor {
    if (this.takesStrings && (x.dtype as SymbolicDType) !== 'string') {
      throw new ConfigError(
        `${titleOf(this)} takes strings, and its input is ${x.dtype}. In a model say so with input({ shape, dtype: 'string' }); elsewhere call it with arrays of strings.`,
      )
    }
    return super.apply(x)
  }

  protected get expected(): string {
    return 'a string'
  }

  protected isToken(value: unknown): boolean {
    return typeof value === 'string'
  }

  protected tokensOf(values: HostValues): readonly string[] {
    if (isStringArray(values)) return values.data
    if (values.data.length === 0) return []
    throw new DataError(
      `${titleOf(this)} takes strings, and was given numbers, such as ${describeValue(values.data[0])}. Write them as strings, or set invert: true to make strings of indices.`,
    )
  }

  protected valuesOf(tokens: readonly string[], shape: Shape): HostValues {
    return { data: tokens, shape, dtype: 'string' }
  }

  protected compare(a: string, b: string): number {
    return compareCodePoints(a, b)
  }

  protected bucketOf(token: string, count: number): number {
    return hashBucket(token, count, this.options.salt)
  }
}

/** Compares strings by code points, which is the order of their bytes in UTF-8. */
function compareCodePoints(a: string, b: string): number {
  for (let i = 0; ; i++) {
    const [one, other] = [a.codePointAt(i), b.codePointAt(i)]
    if (one !== other) return (one ?? -1) - (other ?? -1)
    if (one === undefined) return 0
  }
}
