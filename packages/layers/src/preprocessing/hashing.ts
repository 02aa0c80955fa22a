import {
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
  type OptionsOf,
  titleOf,
} from '@gradus/core'
import type { FloatDType, Shape, SymbolicDType } from '@gradus/tensor'
import { categoryModes, refuseSparse, sparseField } from './encode-categories.ts'
import { encodedShape, encodeTokens } from './encode-tokens.ts'
import { hashBucket, type Salt } from './string-hash.ts'

/** The dtypes that Keras writes for layers that give whole numbers; here these are always int32. */
export const hashDTypeField = { oneOf: ['int32', 'int64', 'float32', 'float64'] } as const

const fields = {
  /** The number of bins, including the one of `maskValue`. */
  numBins: { type: 'integer', min: 1, required: true, example: '100' },
  /** A value that has bin 0 to itself. */
  maskValue: ['string', 'integer'],
  /** Changes the hash: two whole numbers, or one that is used for both. */
  salt: { type: ['integer', 'numbers'] as unknown as Kind<Salt> },
  /** `int` gives the number of the bin. For the others see `CategoryEncoding`. */
  outputMode: { oneOf: categoryModes, default: 'int' },
  /** Must be false, because there are no sparse tensors. */
  sparse: sparseField,
  /** Numbers of bins are int32, vectors float32, whatever this is; Keras's files have it. */
  dtype: hashDTypeField,
} as const

/** The options of `Hashing`. */
export interface HashingConfig extends ConfigOf<typeof fields> {}

/**
 * Replaces strings or whole numbers by one of `numBins` bins, which their hash selects: int32 in the shape of the input, or the
 * float32 vectors of `outputMode`. The hash is FarmHash's 64-bit fingerprint, or SipHash with a `salt`; numbers are hashed as
 * decimal strings, after their decimals are dropped. Equal values have equal bins on every machine, and the bins that Keras gives.
 * Throws `ConfigError` for a `salt` that is neither a whole number nor a list of two. Keras: `Hashing`.
 *
 * @example
 * import { Hashing } from '@gradus/layers'
 * const layer = new Hashing({ numBins: 3 })
 * layer.call([['A'], ['B'], ['C'], ['D'], ['E']]).array() // => [[1], [0], [1], [1], [2]]
 */
export class Hashing extends HostLayer<HashingConfig> {
  static readonly type = 'Hashing'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  constructor(...config: ConfigArgument<LayerOptions<HashingConfig>>) {
    super(...config)
    refuseSparse(this)
    const { salt } = this.options
    const isValid = typeof salt === 'object' ? salt.length === 2 && salt.every(Number.isSafeInteger) : true
    if (isValid) return
    throw new ConfigError(
      `${titleOf(this)}: 'salt' must be a whole number or a list of two and is ${describeValue(salt)}.`,
    )
  }

  override get dtype(): FloatDType {
    return 'float32'
  }

  override get computeDType(): FloatDType {
    return 'float32'
  }

  override get outputDType(): SymbolicDType {
    return this.options.outputMode === 'int' ? 'int32' : 'float32'
  }

  override outputShape(shape: Shape): Shape {
    return encodedShape(shape, this.options.outputMode, this.options.numBins)
  }

  override processValues(values: HostValues): HostValues {
    const { outputMode, numBins } = this.options
    const bins = isStringArray(values)
      ? Int32Array.from(values.data, (value) => this.binOf(value))
      : Int32Array.from(values.data, (value) => this.binOf(this.wholePart(value)))
    return encodeTokens(bins, values.shape, outputMode, numBins)
  }

  private binOf(value: string | number): number {
    const { numBins, maskValue, salt } = this.options
    const masks = maskValue !== undefined && numBins > 1
    if (masks && value === maskValue) return 0
    const text = Object.is(value, -0) ? '0' : String(value)
    return masks ? 1 + hashBucket(text, numBins - 1, salt) : hashBucket(text, numBins, salt)
  }

  private wholePart(value: number): number {
    if (Number.isFinite(value)) return Math.trunc(value)
    throw new DataError(`${titleOf(this)} hashes strings and whole numbers, and ${value} is neither. Replace it.`)
  }
}
