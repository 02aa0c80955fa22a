import { describeValue, Layer, type Masks, masksIn, type Scope, titleOf } from '@gradus/core'
import {
  broadcastTo,
  cast,
  expandDims,
  formatShape,
  isFloat,
  logicalOr,
  type Shape,
  ShapeError,
  Tensor,
  type Tree,
} from '@gradus/tensor'
import { floatInput } from '../float-input.ts'

/** An input of a merge layer, and its mask broadcast to its shape. */
export interface MaskedInput {
  readonly x: Tensor
  readonly mask: Tensor | undefined
}

/**
 * The base class of layers that merge a list of tensors. Dtypes that differ are cast to the dtype of the layer's computations.
 * The mask of the output counts an entry if any of the masks does; there is none if an input has none.
 */
export abstract class MergeLayer<C extends object = object> extends Layer<C> {
  override get supportsMasking(): boolean {
    return true
  }

  /** The number of inputs, or undefined if there may be any number. */
  protected get inputCount(): number | undefined {
    return undefined
  }

  apply(inputs: Tree, scope: Scope<this>): Tensor {
    return this.merge(alike(this, this.listOf(inputs)), masksIn(scope.mask))
  }

  /** Merges inputs of one dtype. `masks` are theirs, or a single undefined. */
  protected abstract merge(inputs: readonly Tensor[], masks: readonly (Tensor | undefined)[]): Tensor

  override computeMask(_inputs: Tree, mask: Masks): Tensor | undefined {
    const masks = masksIn(mask)
    return masks.every((one) => one !== undefined) ? (masks as Tensor[]).reduce((a, b) => logicalOr(a, b)) : undefined
  }

  /** The inputs. Throws `ShapeError` unless they are a list of as many tensors as the layer takes. */
  private listOf(inputs: Tree): readonly Tensor[] {
    const count = this.inputCount
    const isList = Array.isArray(inputs) && inputs.length > 0 && inputs.every((x) => x instanceof Tensor)
    if (isList && (count === undefined || inputs.length === count)) return inputs as readonly Tensor[]
    const got = Array.isArray(inputs) ? `a list of ${inputs.length}` : describeValue(inputs)
    throw new ShapeError(
      `${titleOf(this)} takes a list of ${count ?? 'tensors'}${count === undefined ? '' : ' tensors'}, as in call([a, b]), and got ${got}.`,
    )
  }
}

/** Tensors of one dtype: those of a list as they are if they agree, otherwise cast as an operation of Keras casts its operands. */
function alike(layer: MergeLayer, inputs: readonly Tensor[]): readonly Tensor[] {
  const [{ dtype }, ...others] = inputs as [Tensor, ...Tensor[]]
  if (others.every((x) => x.dtype === dtype)) return inputs
  if (inputs.some((x) => isFloat(x.dtype))) return inputs.map((x) => floatInput(layer, x))
  return inputs.map((x) => cast(x, 'int32'))
}

/**
 * The base class of merge layers that work element by element. Inputs are broadcast as in Keras: one with fewer axes gets axes of
 * size 1 after the batch, then sizes of 1 are repeated. Throws `ShapeError` for batches of different sizes and for other shapes.
 */
export abstract class ElementwiseMerge<C extends object = object> extends MergeLayer<C> {
  protected override merge(inputs: readonly Tensor[], masks: readonly (Tensor | undefined)[]): Tensor {
    this.requireBroadcastable(inputs.map(({ shape }) => shape))
    const rank = Math.max(...inputs.map((x) => x.rank))
    return this.combine(
      inputs.map((given, index) => {
        // as in Keras, the mask of an input that gets axes has no effect on the values
        if (given.rank < rank) return { x: withAxes(given, rank), mask: undefined }
        return { x: given, mask: masks[index] && broadcastMask(masks[index], given) }
      }),
    )
  }

  /** The result for inputs with the same number of axes. */
  protected abstract combine(inputs: readonly MaskedInput[]): Tensor

  private requireBroadcastable(shapes: readonly Shape[]): void {
    const batches = new Set(shapes.map(([batch]) => batch))
    const samples = shapes.map((shape) => shape.slice(1).reverse())
    const agree = samples.every((sample) =>
      sample.every((d, axis) => d === 1 || samples.every(({ [axis]: other = 1 }) => other === 1 || other === d)),
    )
    if (batches.size === 1 && agree) return
    const problem = batches.size === 1 ? 'cannot be broadcast to one' : 'have batches of different sizes'
    throw new ShapeError(
      `${titleOf(this)} was given inputs whose shapes ${shapes.map((shape) => formatShape(shape)).join(', ')} ${problem}. ` +
        'Dimensions, counted from the last, must be equal or 1, and the first of all inputs is the batch.',
    )
  }
}

/** A tensor with axes of size 1 after the batch, so that it has `rank` axes. */
function withAxes(x: Tensor, rank: number): Tensor {
  let result = x
  while (result.rank < rank) result = expandDims(result, 1)
  return result
}

/** A mask, of which the last axes are missing, broadcast to the shape of its tensor. */
export function broadcastMask(mask: Tensor, x: Tensor): Tensor {
  let result = cast(mask, 'bool')
  while (result.rank < x.rank) result = expandDims(result, -1)
  return broadcastTo(result, x.shape)
}
