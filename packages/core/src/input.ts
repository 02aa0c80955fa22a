import type { DType, Tensor } from '@gradus/tensor'
import type { Fields } from './fields.ts'
import type { SymbolicShape } from './infer.ts'
import { Layer, type SymbolicTensor, symbolicOutputs } from './layer.ts'

export interface InputConfig {
  /** Shape of one sample, without the batch; `null` for a dimension that varies. */
  readonly shape: SymbolicShape
  /** Default float32; int32 for indices. */
  readonly inputDtype?: DType
}

/** The entry of a model: says what one sample looks like. */
export class Input extends Layer<InputConfig> {
  static readonly type = 'InputLayer'
  static readonly aliases = ['Input'] as const
  static override readonly fields = {
    shape: 'shape',
    inputDtype: { oneOf: ['float32', 'float64', 'int32', 'uint32', 'bool'] },
  } satisfies Fields<InputConfig>

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
export function input(config: InputConfig & { readonly name?: string }): SymbolicTensor {
  const layer = new Input(config)
  return symbolicOutputs(layer as unknown as Layer, [], false, [
    { shape: [null, ...config.shape], dtype: layer.inputDType },
  ])[0]!
}
