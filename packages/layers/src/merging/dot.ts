import {
  type ConfigArgument,
  ConfigError,
  type ConfigOf,
  describeValue,
  type LayerOptions,
  type OptionsOf,
  titleOf,
} from '@gradus/core'
import { einsum, expandDims, formatShape, l2Normalize, normalizeAxis, ShapeError, type Tensor } from '@gradus/tensor'
import { floatInput } from '../float-input.ts'
import { MergeLayer } from './merge-layer.ts'

const fields = {
  /** The axis of both inputs over which products are summed, or one axis for each; axis 0, the batch, is not possible. */
  axes: { type: ['integer', 'numbers'], required: true, example: '1' },
  /** Whether the inputs are divided by their norms along these axes first, which gives the cosine of the angle. */
  normalize: { type: 'boolean', default: false },
} as const

/** The options of `Dot`. */
export interface DotConfig extends ConfigOf<typeof fields> {}

/**
 * Products of two tensors, summed over an axis, for each sample: `[batch, ...a]` and `[batch, ...b]` give `[batch, ...]` with the
 * other axes of a and then those of b, and `[batch, 1]` if there are none. The output has no mask. Throws `ShapeError` unless there
 * are two inputs that fit. Keras: `Dot`.
 *
 * @example
 * import { Dot } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * new Dot({ axes: 1 }).call([tensor([[1, 2]]), tensor([[3, 4]])]).array() // => [[11]]
 */
export class Dot extends MergeLayer<DotConfig> {
  static readonly type = 'Dot'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  constructor(...config: ConfigArgument<LayerOptions<DotConfig>>) {
    super(...config)
    const { axes } = this.options
    if (typeof axes === 'number' || (axes.length === 2 && axes.every((axis) => Number.isInteger(axis)))) return
    throw new ConfigError(
      `Dot: 'axes' must be an integer or a list of two and is ${describeValue(axes)}. Example: new Dot({ axes: [1, 2] }).`,
    )
  }

  protected override get inputCount(): number {
    return 2
  }

  protected override merge(inputs: readonly Tensor[]): Tensor {
    const { axes, normalize } = this.options
    const [a, b] = inputs.map((x) => floatInput(this, x)) as [Tensor, Tensor]
    const [ofA, ofB] = (typeof axes === 'number' ? [axes, axes] : axes) as [number, number]
    const [alongA, alongB] = [normalizeAxis(titleOf(this), ofA, a.rank), normalizeAxis(titleOf(this), ofB, b.rank)]
    this.requireFitting(a, b, alongA, alongB)
    const unit = (x: Tensor, axis: number) => (normalize ? l2Normalize(x, { axis, epsilon: 1e-7 }) : x)
    const lettersA = a.shape.map((_, axis) => (axis === 0 ? 'a' : axis === alongA ? 'z' : letter(axis)))
    const lettersB = b.shape.map((_, axis) => (axis === 0 ? 'a' : axis === alongB ? 'z' : letter(a.rank + axis)))
    const kept = [...lettersA, ...lettersB.slice(1)].filter((one) => one !== 'z').join('')
    const product = einsum(`${lettersA.join('')},${lettersB.join('')}->${kept}`, unit(a, alongA), unit(b, alongB))
    return product.rank === 1 ? expandDims(product, -1) : product
  }

  override computeMask(): undefined {
    return undefined
  }

  private requireFitting(a: Tensor, b: Tensor, alongA: number, alongB: number): void {
    const shapes = `${formatShape(a.shape)} and ${formatShape(b.shape)}`
    if (alongA === 0 || alongB === 0) {
      throw new ShapeError(
        `${titleOf(this)} cannot sum over axis 0 of its inputs ${shapes}, because it is the batch. Give 'axes' other axes.`,
      )
    }
    if (a.shape[0] === b.shape[0] && a.shape[alongA] === b.shape[alongB]) return
    throw new ShapeError(
      `${titleOf(this)} was given inputs of the shapes ${shapes}. They must have the same batch size, and axis ${alongA} of the ` +
        `first must be as long as axis ${alongB} of the second.`,
    )
  }
}

function letter(axis: number): string {
  return String.fromCharCode('b'.charCodeAt(0) + axis)
}
