import { ShapeError } from '../errors.ts'
import { formatShape } from '../shape.ts'
import type { Tensor } from '../tensor.ts'

/** One more than the largest known number, at least `least`. */
export function lengthFor(name: string, x: Tensor, least: number, option: string): number {
  if (x.concrete && x.storage.readsAtOnce) {
    return Array.from<number>(x.dataSync()).reduce(
      (longest: number, value: number) => Math.max(longest, value + 1),
      least,
    )
  }
  if (least > 0) return least
  throw new ShapeError(
    `${name}: the values of ${x.dtype}${formatShape(x.shape)} are not known here, and the length of the result depends on them. Give it, as in { ${option}: 10 }.`,
  )
}
