import { ShapeError } from '../errors.ts'
import { operation } from '../operation.ts'
import { formatShape } from '../shape.ts'
import type { Tensor } from '../tensor.ts'
import { add, greaterEqual, lessEqual, where } from './arithmetic.ts'
import { broadcastTo } from './broadcast.ts'
import { iota } from './create.ts'

/** The elements on and above the diagonal `offset` above the main one, zeros below it; in the last two axes. */
export const triu = /* @__PURE__ */ operation(
  'triu',
  (x: Tensor, offset: number = 0): Tensor => {
    const [row, column] = coordinates('triu', x)
    return where(broadcastTo(greaterEqual(column, add(row, offset)), x.shape), x, 0)
  },
  ['tensor', 'integer?'],
)

/** The elements on and below the diagonal `offset` above the main one, zeros above it; in the last two axes. */
export const tril = /* @__PURE__ */ operation(
  'tril',
  (x: Tensor, offset: number = 0): Tensor => {
    const [row, column] = coordinates('tril', x)
    return where(broadcastTo(lessEqual(column, add(row, offset)), x.shape), x, 0)
  },
  ['tensor', 'integer?'],
)

function coordinates(name: string, x: Tensor): [row: Tensor, column: Tensor] {
  if (x.rank < 2) throw new ShapeError(`${name} needs matrices; the tensor has shape ${formatShape(x.shape)}.`)
  const matrix = x.shape.slice(-2)
  return [iota(matrix, 0), iota(matrix, 1)]
}
