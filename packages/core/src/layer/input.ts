import type { FloatDType, SymbolicDType, SymbolicShape, SymbolicTensor, Tree } from '@gradus/tensor'
import { describeValue } from '../config/describe.ts'
import type { Fields } from '../config/fields.ts'
import { ConfigError } from '../errors.ts'
import type { LayerOptions } from './base-layer.ts'
import { LayerCall } from './call.ts'
import { currentDTypePolicy, dtypesOf } from './dtype-policy.ts'
import { Layer } from './layer.ts'
import { recordOperation } from './operation-layer.ts'
import { batchSize, unknownSize } from './trial-sizes.ts'

/** The options of `Input`. */
export interface InputConfig {
  /** Shape of one sample, without the batch; `null` for a dimension that varies. */
  readonly shape: SymbolicShape
  /** The number of samples in each batch, where it is fixed (default: batches of any size). */
  readonly batchSize?: number | null
  /** Default float32; int32 for indices, `string` for strings. */
  readonly dtype?: SymbolicDType | null
  /**
   * The largest number of time steps, for samples whose first dimension is null. Samples are padded to it, with a mask of the
   * real steps, so that one compiled program serves all lengths.
   */
  readonly maxLength?: number | null
}

/** The options of an input as a program gives them: `shape`, or `batchShape`, which begins with the size of the batch or null. */
export type InputOptions =
  | LayerOptions<InputConfig>
  | (Omit<LayerOptions<InputConfig>, 'shape' | 'batchSize'> & { readonly batchShape: SymbolicShape })

/**
 * The input of a model, which states the shape and dtype of one sample. Throws `ConfigError` for a shape that is not a list of
 * whole numbers and nulls. Keras: `InputLayer`.
 */
export class Input extends Layer<InputConfig> {
  static readonly type = 'InputLayer'
  static readonly aliases = ['Input'] as const
  static override readonly fields = {
    shape: { type: 'shape', required: true, example: '[28, 28, 1]' },
    batchSize: { type: 'integer', min: 1 },
    dtype: { oneOf: ['float16', 'float32', 'float64', 'int32', 'uint32', 'bool', 'string'] },
    maxLength: { type: 'integer', min: 1 },
  } satisfies Fields<InputConfig>

  constructor(config: InputOptions) {
    super(withInputDType(config))
    const { shape, maxLength } = this.config
    if (!Array.isArray(shape) || shape.some((d) => d !== null && !(Number.isInteger(d) && d >= 0))) {
      throw new ConfigError(
        `InputLayer: 'shape' must list the dimensions of one sample, whole numbers or null, and is ${describeValue(shape)}. Leave the batch out: [28, 28, 1].`,
      )
    }
    if ((maxLength ?? undefined) !== undefined && shape[0] !== null) {
      throw new ConfigError(
        `InputLayer: 'maxLength' is ${maxLength} and the shape of a sample begins with ${describeValue(shape[0])}; it must begin with null, as in shape: [null, 64].`,
      )
    }
  }

  /** The number of time steps that samples are padded to, if there is one. */
  get maxLength(): number | undefined {
    return this.config.maxLength ?? undefined
  }

  override get inputDType(): SymbolicDType {
    return this.config.dtype ?? 'float32'
  }

  // An input has no parameters and computes nothing, so these do not depend on the dtype of its samples.
  override get dtype(): FloatDType {
    return 'float32'
  }

  override get computeDType(): FloatDType {
    return 'float32'
  }

  override get autocast(): boolean {
    return false
  }

  override get supportsMasking(): boolean {
    return true
  }

  override get takesStrings(): boolean {
    return true
  }

  apply(x: Tree): Tree {
    return x
  }
}

/**
 * Makes a symbolic tensor that is an input of a functional model, of shape `[null, ...shape]`, or with `batchSize` or `batchShape` with
 * a batch of that size. Throws `ConfigError` for a shape that is not a list of whole numbers and nulls. Keras: `Input`.
 *
 * @example
 * import { input } from '@gradus/core'
 * const x = input({ shape: [28, 28, 1] })
 * x.shape // => [null, 28, 28, 1]
 */
export function input(config: InputOptions): SymbolicTensor {
  return entryOf(new Input(config))
}

/** The symbolic tensor of an input layer. Its unknown dimensions, except the batch, differ from those of all other inputs. */
export function entryOf(layer: Input): SymbolicTensor {
  const sizes = [layer.config.batchSize ?? batchSize, ...layer.config.shape.map((d) => d ?? unknownSize())]
  return new LayerCall(layer, [], {}, [{ sizes, dtype: layer.inputDType }], undefined, recordOperation).results[0]!
}

/** The config with `shape`, and with the dtype of samples, by default that of parameters under the current policy. */
function withInputDType(given: InputOptions): LayerOptions<InputConfig> {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return given as never // which the constructor of the base class refuses
  const config = 'batchShape' in given && given.batchShape ? withShape(given) : (given as LayerOptions<InputConfig>)
  const { variables } = dtypesOf(currentDTypePolicy())
  return {
    ...config,
    dtype: config.dtype ?? (variables === 'float32' ? undefined : variables),
  } as LayerOptions<InputConfig>
}

function withShape({
  batchShape,
  ...config
}: Extract<InputOptions, { batchShape: unknown }>): LayerOptions<InputConfig> {
  if (!Array.isArray(batchShape) || batchShape.length === 0 || 'shape' in config) {
    throw new ConfigError(
      `InputLayer: 'batchShape' is ${describeValue(batchShape)}; it must begin with the size of the batch or null, as in [null, 28, 28, 1], and stands in place of 'shape'.`,
    )
  }
  const [batchSize, ...shape] = batchShape as SymbolicShape
  return { ...config, shape, ...(batchSize !== null && { batchSize }) } as LayerOptions<InputConfig>
}
