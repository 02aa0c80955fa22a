import {
  type ConfigArgument,
  ConfigError,
  type ConfigOf,
  Layer,
  type LayerOptions,
  type OptionsOf,
  type Scope,
  shapeError,
  titleOf,
} from '@gradus/core'
import { cast, formatShape, type SymbolicDType, sameShape, type Tensor } from '@gradus/tensor'
import { encodeCategories, refuseSparse, sparseField } from './encode-categories.ts'

const fields = {
  /** The number of categories, which are whole numbers from 0. */
  numTokens: { type: 'integer', min: 1, required: true, example: '4' },
  /**
   * `oneHot` gives a vector for each category. `multiHot` marks the categories along the last axis in one vector, `count` counts
   * them.
   */
  outputMode: { oneOf: ['multiHot', 'oneHot', 'count'], default: 'multiHot' },
  /** Must be false, because there are no sparse tensors. */
  sparse: sparseField,
} as const

/** The options of `CategoryEncoding`. */
export interface CategoryEncodingConfig extends ConfigOf<typeof fields> {}

/** The options of a call of `CategoryEncoding`. */
export type CategoryEncodingOptions = {
  /** What each occurrence adds to the count of its category, in the shape of the input. */
  readonly countWeights?: Tensor
}

/**
 * Encodes whole numbers from 0 to numTokens - 1 as vectors of `numTokens` floats: `[batch, n]` gives `[batch, numTokens]`, or
 * with `oneHot` `[batch, n, numTokens]` (`[batch, numTokens]` for n = 1). Other numbers give zeros. Throws `ConfigError` for
 * `countWeights` without `outputMode` `count`, and `ShapeError` if their shape is not that of the input. Keras:
 * `CategoryEncoding`.
 *
 * @example
 * import { CategoryEncoding } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * const x = tensor([[0, 2, 2]], { dtype: 'int32' })
 * new CategoryEncoding({ numTokens: 4 }).call(x).array() // => [[1, 0, 1, 0]]
 * new CategoryEncoding({ numTokens: 4, outputMode: 'count' }).call(x).array() // => [[1, 0, 2, 0]]
 */
export class CategoryEncoding extends Layer<
  CategoryEncodingConfig,
  Record<string, never>,
  Record<string, never>,
  CategoryEncodingOptions
> {
  static readonly type = 'CategoryEncoding'
  static override readonly fields = fields
  static override readonly callFields = { countWeights: 'unknown' } as const
  static override readonly callArguments = ['countWeights']
  declare readonly options: OptionsOf<typeof fields>

  constructor(...config: ConfigArgument<LayerOptions<CategoryEncodingConfig>>) {
    super(...config)
    refuseSparse(this)
  }

  override get inputDType(): SymbolicDType {
    return 'int32'
  }

  override get autocast(): boolean {
    return false
  }

  apply(x: Tensor, { options }: Scope<this>): Tensor {
    const { numTokens, outputMode } = this.options
    const { countWeights } = options
    if (countWeights && outputMode !== 'count') {
      throw new ConfigError(
        `${titleOf(this)}: 'countWeights' are for outputMode 'count', and outputMode is '${outputMode}'. Leave them out, or set outputMode: 'count'.`,
      )
    }
    if (countWeights && !sameShape(countWeights.shape, x.shape)) {
      throw shapeError(
        this,
        `an input of the shape of 'countWeights' ${formatShape(countWeights.shape)}`,
        x.shape,
        'Give a weight for each category of the input.',
      )
    }
    return encodeCategories(cast(x, 'int32'), outputMode, numTokens, this.computeDType, countWeights)
  }
}
