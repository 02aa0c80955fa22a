import {
  formatShape,
  isFloat,
  ShapeError,
  sameShape,
  type Tensor,
  treeLeaves,
  treeReplace,
  zerosLike,
} from '@gradus/tensor'
import { Tape } from '@gradus/tensor/internals'

/** A function's value with the map from cotangents of the value to cotangents of the inputs. */
export interface Vjp<A, R> {
  readonly value: R
  /** Maps cotangents, a tree like the value, to cotangents of the inputs. May be called repeatedly. Throws `ShapeError`. */
  readonly pullback: (cotangent: R) => A
}

/**
 * Reverse-mode derivative of `f` at `inputs` (a list of trees). It can be nested to any order, and used inside `compile`.
 *
 * @example
 * import { vjp } from '@gradus/autograd'
 * import { mul, tensor } from '@gradus/tensor'
 * const { value, pullback } = vjp((x, y) => mul(x, y), [tensor([2]), tensor([5])])
 * value.array() // => [10]
 * pullback(tensor([1])).map((g) => g.array()) // => [[5], [2]]
 */
export function vjp<A extends readonly unknown[], R>(f: (...inputs: A) => R, inputs: A): Vjp<A, R> {
  const tape = new Tape()
  const watched = treeLeaves(inputs).map((leaf) => (isFloat(leaf.dtype) ? tape.watch(leaf) : leaf))
  const value = tape.record(() => f(...treeReplace(inputs, watched)))
  const outputs = treeLeaves(value)
  return {
    value,
    pullback(cotangent) {
      const cotangents = treeLeaves(cotangent)
      checkCotangents(outputs, cotangents)
      const pulled = tape.pull(outputs, cotangents, watched)
      return treeReplace(
        inputs,
        watched.map((input, index) => pulled[index] ?? zerosLike(input)),
      )
    },
  }
}

function checkCotangents(outputs: readonly Tensor[], cotangents: readonly Tensor[]): void {
  if (outputs.length !== cotangents.length) {
    throw new ShapeError(
      `pullback: the function has ${outputs.length} outputs and ${cotangents.length} cotangents were given; give one for each.`,
    )
  }
  outputs.forEach((output, index) => {
    const cotangent = cotangents[index]!
    if (!sameShape(output.shape, cotangent.shape) || output.dtype !== cotangent.dtype) {
      throw new ShapeError(
        `pullback: output ${index} is ${output.dtype}${formatShape(output.shape)} and its cotangent ${cotangent.dtype}${formatShape(cotangent.shape)}; they must agree.`,
      )
    }
  })
}
