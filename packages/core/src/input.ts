import type { DType, Tensor } from '@gradus/tensor'
import { ConfigError } from './errors.ts'
import { describeValue, type Fields } from './fields.ts'
import type { SymbolicShape } from './infer.ts'
import { Layer, type LayerConfig, type SymbolicTensor, symbolicOutputs } from './layer.ts'

export interface InputConfig {
  /** Shape of one sample, without the batch; `null` for a dimension that varies. */
  readonly shape: SymbolicShape
  /** Default float32; int32 for indices. */
  readonly inputDtype?: DType
}

/** The entry of a model: says what one sample looks like. Keras: `InputLayer`. */
export class Input extends Layer<InputConfig> {
  static readonly type = 'InputLayer'
  static readonly aliases = ['Input'] as const
  static override readonly fields = {
    shape: 'shape',
    inputDtype: { oneOf: ['float16', 'float32', 'float64', 'int32', 'uint32', 'bool'] },
  } satisfies Fields<InputConfig>

  constructor(config: InputConfig & LayerConfig) {
    super(config)
    const { shape } = config
    if (!Array.isArray(shape) || shape.some((d) => d !== null && !(Number.isInteger(d) && d >= 0))) {
      throw new ConfigError(
        `InputLayer: 'shape' must list the dimensions of one sample, whole numbers or null, and is ${describeValue(shape)}. Leave the batch out: [28, 28, 1].`,
      )
    }
  }

  override get inputDType(): DType {
    return this.config.inputDtype ?? this.dtype
  }

  override get supportsMasking(): boolean {
    return true
  }

  apply(x: Tensor): Tensor {
    return x
  }
}

/**
 * A symbolic tensor at which a functional model starts.
 *
 * @example
 * import { input } from '@gradus/core'
 * const x = input({ shape: [28, 28, 1] })
 * x.shape // => [null, 28, 28, 1]
 */
export function input(config: InputConfig & LayerConfig): SymbolicTensor {
  const layer = new Input(config)
  return symbolicOutputs(layer as unknown as Layer, [], false, [
    { shape: [null, ...config.shape], dtype: layer.inputDType },
  ])[0]!
}
