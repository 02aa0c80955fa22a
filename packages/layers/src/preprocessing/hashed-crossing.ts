import {
  type ConfigArgument,
  ConfigError,
  type ConfigOf,
  DataError,
  describeValue,
  HostLayer,
  type HostValues,
  type InputData,
  isHostValues,
  isStringArray,
  type LayerOptions,
  type Named,
  type OptionsOf,
  titleOf,
  toHostValues,
} from '@gradus/core'
import {
  type FloatDType,
  formatShape,
  type Shape,
  type SymbolicDType,
  sameShape,
  type Tensor,
  type Tree,
  treeLeaves,
} from '@gradus/tensor'
import { refuseSparse, sparseField } from './encode-categories.ts'
import { encodedShape, encodeTokens } from './encode-tokens.ts'
import { hashDTypeField } from './hashing.ts'
import { crossingBucket } from './string-hash.ts'

const fields = {
  /** The number of bins. */
  numBins: { type: 'integer', min: 1, required: true, example: '100' },
  /** `int` gives the number of the bin, `oneHot` a vector of `numBins` numbers. */
  outputMode: { oneOf: ['int', 'oneHot'], default: 'int' },
  /** Must be false, because there are no sparse tensors. */
  sparse: sparseField,
  /** Numbers of bins are int32, vectors float32, whatever this is; Keras's files have it. */
  dtype: hashDTypeField,
} as const

/** The options of `HashedCrossing`. */
export interface HashedCrossingConfig extends ConfigOf<typeof fields> {}

/**
 * Replaces combinations of features by one of `numBins` bins, which the hash of the combination selects. Takes a list of at least
 * two features of equal shape `[batch]` or `[batch, 1]`: strings or whole numbers. Returns int32 in that shape, or float32 vectors
 * `[batch, numBins]`. The bins are those of Keras on every machine. Throws `DataError` for other inputs. Keras: `HashedCrossing`.
 *
 * @example
 * import { HashedCrossing } from '@gradus/layers'
 * const layer = new HashedCrossing({ numBins: 5 })
 * const bins = layer.process([['A', 'B', 'A', 'B', 'A'], [101, 101, 101, 102, 102]])
 * [...bins.data] // => [1, 4, 1, 1, 3]
 */
export class HashedCrossing extends HostLayer<HashedCrossingConfig> {
  static readonly type = 'HashedCrossing'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  constructor(...config: ConfigArgument<LayerOptions<HashedCrossingConfig>>) {
    super(...config)
    refuseSparse(this)
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

  override apply(inputs: Tensor | Tree): Tensor {
    const features = treeLeaves(inputs as Tree)
    this.requireSeveral(features.length)
    this.requireShapes(features.map(({ shape }) => shape))
    return super.apply(features[0]!)
  }

  override process(values: Exclude<InputData, Tensor> | Named<HostValues>): HostValues {
    const isSeveral = !isHostValues(values) && typeof values === 'object' && !ArrayBuffer.isView(values)
    if (!isSeveral) throw this.tooFew(1)
    const entries: readonly (readonly [string, unknown])[] = Object.entries(values)
    const features = entries.map(([name, value]) =>
      toHostValues(value as Exclude<InputData, Tensor>, `feature ${name}`),
    )
    return this.prepare(features)
  }

  override prepare(inputs: Named<HostValues>): HostValues {
    const features: readonly HostValues[] = isHostValues(inputs) ? [inputs] : Object.values(inputs)
    this.requireSeveral(features.length)
    this.requireShapes(features.map(({ shape }) => shape))
    const { numBins, outputMode } = this.options
    const { shape } = features[0]!
    const columns: readonly (readonly (string | number)[])[] = features.map((values) =>
      isStringArray(values) ? values.data : this.wholeNumbers(values.data),
    )
    const bins = Int32Array.from({ length: columns[0]!.length }, (_, row) =>
      crossingBucket(
        columns.map((column) => column[row]!),
        numBins,
      ),
    )
    return encodeTokens(bins, shape, outputMode, numBins)
  }

  override processValues(): HostValues {
    throw this.tooFew(1)
  }

  private wholeNumbers(data: ArrayLike<number>): readonly number[] {
    return Array.from(data, (value) => {
      if (Number.isInteger(value)) return value
      throw new DataError(
        `${titleOf(this)} crosses strings and whole numbers, and ${value} is neither. Use Discretization first.`,
      )
    })
  }

  private requireSeveral(count: number): void {
    if (count < 2) throw this.tooFew(count)
  }

  private tooFew(count: number): ConfigError {
    return new ConfigError(
      `${titleOf(this)} crosses at least two features, and was given ${count}. Give them in a list, as in layer.process([['a'], [1]]).`,
    )
  }

  private requireShapes(shapes: readonly Shape[]): void {
    const [first = []] = shapes
    const wrong = shapes.find(
      (shape) => !sameShape(shape, first) || shape.length > 2 || (shape.length === 2 && shape[1] !== 1),
    )
    if (!wrong) return
    throw new DataError(
      `${titleOf(this)} takes features of one shape, [batch] or [batch, 1], and was given ${describeValue(shapes.map(formatShape))}.`,
    )
  }
}
