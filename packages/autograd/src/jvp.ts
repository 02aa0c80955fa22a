import { treeMap, zerosLike } from '@gradus/tensor'
import { vjp } from './vjp.ts'

/**
 * Forward-mode derivative: the value of `f` at `primals` and its derivative along `tangents` (trees like the inputs). Throws
 * `ShapeError` for tangents of other shapes. The pullback of a function is linear in the cotangent, so the pullback of the
 * pullback is the pushforward; ops need no forward-mode rules.
 *
 * @example
 * import { jvp } from '@gradus/autograd'
 * import { square, tensor } from '@gradus/tensor'
 * const { tangent } = jvp((x) => square(x), [tensor([1, 3])], [tensor([1, 10])])
 * tangent.array() // => [2, 60]
 */
export function jvp<A extends readonly unknown[], R>(
  f: (...inputs: A) => R,
  primals: A,
  tangents: A,
): { value: R; tangent: R } {
  if (typeof f !== 'function' || !Array.isArray(primals) || !Array.isArray(tangents)) {
    throw new TypeError(
      'jvp takes a function and two lists of its arguments, as in jvp((x) => square(x), [x], [direction]).',
    )
  }
  const { value, pullback } = vjp(f, primals)
  const pushforward = vjp((cotangent: R) => pullback(cotangent), [treeMap((leaf) => zerosLike(leaf), value)]).pullback
  return { value, tangent: pushforward(tangents)[0]! }
}
