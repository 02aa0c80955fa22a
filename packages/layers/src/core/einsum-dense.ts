import {
  type ConfigArgument,
  ConfigError,
  type ConfigOf,
  copyOf,
  firstShape,
  type Initializer,
  type InputShape,
  type LayerOptions,
  type OptionsOf,
  type Rng,
  type Scope,
  shapeError,
} from '@gradus/core'
import { add, einsum, type Shape, ShapeError, type Tensor } from '@gradus/tensor'
import { floatInput } from '../float-input.ts'
import { type KernelConfig, KernelLayer, type KernelOptions, type KernelParams } from '../kernel-layer.ts'
import { type Equation, type EquationShapes, parseEquation, shapesOfEquation } from './einsum-equation.ts'

const fields = {
  /** The equation for the input and the kernel, as in `einsum`: `'abc,cd->abd'`. */
  equation: { type: 'string', required: true, example: "'abc,cd->abd'" },
  /**
   * Sizes of the output's axes, without the batch and the axes of `...`; null for the size of the same axis of the input.
   */
  outputShape: { type: ['integer', 'shape'], required: true, example: '[null, 8]' },
  /** Letters of the output's axes that have a bias; none by default. */
  biasAxes: 'string',
} as const

/** The options of `EinsumDense`. */
export interface EinsumDenseConfig extends ConfigOf<typeof fields>, KernelConfig {}

/**
 * A dense layer over any axes: activation(einsum(equation, x, kernel) + bias). Throws `ShapeError` for inputs that do not fit
 * the equation. Keras: `EinsumDense`.
 *
 * @example
 * import { EinsumDense } from '@gradus/layers'
 * import { ones } from '@gradus/tensor'
 * const layer = new EinsumDense({ equation: 'abc,cde->abde', outputShape: [null, 4, 8], biasAxes: 'de' })
 * layer.call(ones([2, 5, 3])).shape // => [2, 5, 4, 8]
 */
export class EinsumDense extends KernelLayer<EinsumDenseConfig> {
  static readonly type = 'EinsumDense'
  static override readonly fields = fields
  declare readonly options: KernelOptions & OptionsOf<typeof fields>
  private readonly equation: Equation

  constructor(...config: ConfigArgument<LayerOptions<EinsumDenseConfig>>) {
    super(...config)
    this.equation = parseEquation(this.type, this.options.equation)
    const { biasAxes = '' } = this.options
    const unknown = [...biasAxes].find((letter) => !this.equation.output.includes(letter))
    if (unknown === undefined) return
    throw new ConfigError(
      `${this.type}: 'biasAxes' names the axis '${unknown}', which the output '${this.equation.output}' does not have.`,
    )
  }

  override init(rng: Rng, inputShape: InputShape): KernelParams {
    const { kernel, bias, inputAxes, outputAxes } = this.shapes(firstShape(inputShape))
    return this.makeParams(rng, kernel, bias, withAxes(this.options.kernelInitializer, inputAxes, outputAxes))
  }

  apply(x: Tensor, { params }: Scope<this>): Tensor {
    const { kernel } = this.shapes(x.shape)
    if (kernel.some((d, axis) => d !== params.kernel.shape[axis])) {
      throw shapeError(
        this,
        `an input for a kernel of shape [${params.kernel.shape.join(', ')}] in '${this.equation.text}'`,
        x.shape,
        'The layer was made for inputs of another shape; give it those or make another one.',
      )
    }
    const product = einsum(this.equation.text, floatInput(this, x), this.kernelOf(params))
    return this.options.activation(params.bias ? add(product, params.bias) : product)
  }

  private shapes(input: Shape): EquationShapes {
    const { outputShape, biasAxes } = this.options
    const sizes = typeof outputShape === 'number' ? [outputShape] : outputShape
    try {
      return shapesOfEquation(this.equation, input, sizes, biasAxes)
    } catch (error) {
      if (!(error instanceof ShapeError)) throw error
      throw new ShapeError(`${this.type}: ${error.message}.`)
    }
  }
}

/** The initializer with the axes of inputs and outputs set, if it has such options and they were not given. */
function withAxes(initializer: Initializer, inputAxes: readonly number[], outputAxes: readonly number[]): Initializer {
  const { fields: known } = initializer.constructor as typeof Initializer
  const { inputAxes: given } = initializer.config as { readonly inputAxes?: readonly number[] }
  return known && 'inputAxes' in known && !given ? copyOf(initializer, { inputAxes, outputAxes }) : initializer
}
