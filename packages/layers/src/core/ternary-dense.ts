import {
  type ConfigOf,
  firstShape,
  type InputShape,
  joinFields,
  Layer,
  type OptionsOf,
  pickFields,
  type Rng,
  type Scope,
  shapeError,
} from '@gradus/core'
import { abs, add, cast, greater, matmul, mean, mul, sign, sub, type Tensor } from '@gradus/tensor'
import { floatInput } from '../float-input.ts'
import { frozen } from '../frozen.ts'
import { kernelFields, useBiasField } from '../kernel-layer.ts'

const fields = /* @__PURE__ */ joinFields(
  {
    /** Size of the output. */
    units: { type: 'integer', min: 1, required: true, example: '8' },
    /** Weights up to this size count as 0 (default: half the mean size of all weights). */
    threshold: { type: 'number', min: 0 },
    useBias: useBiasField,
  } as const,
  /* @__PURE__ */ pickFields(
    kernelFields,
    'activation',
    'kernelInitializer',
    'biasInitializer',
    'kernelRegularizer',
    'biasRegularizer',
    'activityRegularizer',
    'kernelConstraint',
    'biasConstraint',
  ),
)

/** The options of `TernaryDense`. */
export interface TernaryDenseConfig extends ConfigOf<typeof fields> {}

/** The parameters of `TernaryDense`. */
export type TernaryDenseParams = {
  /** `[inputs, units]` */
  readonly kernel: Tensor
  readonly bias?: Tensor
}

/**
 * A `Dense` layer that multiplies by the signs of its weights, and by 0 where they are small: activation(scale * x ternary(kernel)
 * + bias). The gradient passes to the weights as if they were multiplied by (Bengio et al., 2013). Without a `threshold` it is
 * half the mean size of the weights, and the scale is that mean (Ma et al., 2024); with one the scale is 1. Throws `ShapeError`
 * for inputs with fewer than two axes, and for another number of inputs than in the first call. Keras: `TernaryDense`.
 *
 * @example
 * import { TernaryDense } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * const layer = new TernaryDense({ units: 1, threshold: 0.5, kernelInitializer: 'ones' })
 * layer.call(tensor([[1, 2, 3]])).array() // => [[6]]
 */
export class TernaryDense extends Layer<TernaryDenseConfig, TernaryDenseParams> {
  static readonly type = 'TernaryDense'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  override get supportsMasking(): boolean {
    return true
  }

  override init(rng: Rng, inputShape: InputShape): TernaryDenseParams {
    const shape = firstShape(inputShape)
    if (shape.length < 2) {
      throw shapeError(
        this,
        'an input of shape [batch, ..., inputs]',
        shape,
        'Add a batch axis, as in reshape(x, [1, -1]).',
      )
    }
    const { units, useBias, kernelInitializer, biasInitializer } = this.options
    return {
      kernel: kernelInitializer.make(rng.next(), [shape.at(-1)!, units], this.dtype),
      ...(useBias ? { bias: biasInitializer.make(rng.next(), [units], this.dtype) } : {}),
    }
  }

  apply(x: Tensor, { params: { kernel, bias } }: Scope<this>): Tensor {
    const inputs = kernel.shape[0]!
    if (x.rank < 2 || x.shape.at(-1) !== inputs) {
      throw shapeError(
        this,
        `an input of shape [batch, ..., ${inputs}]`,
        x.shape,
        `The layer was made for ${inputs} inputs; give it those or make another one.`,
      )
    }
    const { threshold, activation } = this.options
    const sizes = abs(kernel)
    const scale = mean(sizes)
    const signs = mul(sign(kernel), cast(greater(sizes, threshold ?? mul(scale, 0.5)), kernel.dtype))
    // the value of the signs with the gradient of the kernel
    const ternary = add(kernel, frozen(sub(signs, kernel)))
    const product = matmul(floatInput(this, x), ternary)
    const scaled = threshold === undefined ? mul(product, scale) : product
    return activation(bias ? add(scaled, bias) : scaled)
  }
}
