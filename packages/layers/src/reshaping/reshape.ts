import { type ConfigArgument, ConfigError, describeValue, Layer, type LayerOptions, shapeError } from '@gradus/core'
import { formatShape, reshape, type Shape, type SymbolicShape, type Tensor } from '@gradus/tensor'

/** The options of `Reshape`. */
export interface ReshapeConfig {
  /** Shape of a sample, without the batch. One dimension may be -1 or null; its size follows from the others. */
  readonly targetShape: SymbolicShape
}

/**
 * Gives each sample another shape: `[batch, ...]` gives `[batch, ...targetShape]`. Throws `ShapeError` if the number of elements
 * differs. Keras: `Reshape`.
 *
 * @example
 * import { Reshape } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * new Reshape({ targetShape: [-1, 2] }).call(tensor([[1, 2, 3, 4]])).array() // => [[[1, 2], [3, 4]]]
 */
export class Reshape extends Layer<ReshapeConfig> {
  static readonly type = 'Reshape'
  static override readonly fields = { targetShape: 'shape' } as const
  /** The target with -1 for the dimension that follows from the others. */
  private readonly target: readonly number[]

  constructor(...config: ConfigArgument<LayerOptions<ReshapeConfig>>) {
    super(...config)
    const { targetShape } = this.config
    this.target = Array.isArray(targetShape) ? (targetShape as SymbolicShape).map((d) => d ?? -1) : []
    const valid =
      Array.isArray(targetShape) &&
      this.target.every((d) => Number.isInteger(d) && d >= -1) &&
      this.target.filter((d) => d === -1).length <= 1
    if (!valid) {
      throw new ConfigError(
        `Reshape: 'targetShape' must be a list of whole numbers from 0 with at most one -1 and is ${describeValue(targetShape)}. ` +
          'Leave the batch out: new Reshape({ targetShape: [28, 28, 1] }).',
      )
    }
  }

  apply(x: Tensor): Tensor {
    const [batch = 1, ...sample] = x.shape
    return reshape(x, [batch, ...this.resolve(sample, x.shape)])
  }

  /** The target with -1 replaced. It is computed from one sample, so that an empty batch has a shape too. */
  private resolve(sample: Shape, shape: Shape): number[] {
    const size = sample.reduce((product, d) => product * d, 1)
    const known = this.target.filter((d) => d !== -1).reduce((product, d) => product * d, 1)
    const rest = known === 0 ? 0 : size / known
    const target = this.target.map((d) => (d === -1 ? rest : d))
    if (!Number.isInteger(rest) || target.reduce((product, d) => product * d, 1) !== size) {
      throw shapeError(
        this,
        `samples that fill ${formatShape(this.target)}`,
        shape,
        `A sample has ${size} elements; change 'targetShape' to have this size.`,
      )
    }
    return target
  }
}
