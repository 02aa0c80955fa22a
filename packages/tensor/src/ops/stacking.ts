import { ShapeError } from '../errors.ts'
import { type Operation, operation } from '../operation.ts'
import { formatShape, normalizeAxis } from '../shape.ts'
import type { Tensor } from '../tensor.ts'
import { reshape } from './broadcast.ts'
import { concat, flip, transpose } from './movement.ts'
import { flatten, split } from './rearrange.ts'

/** `x` with at least `rank` axes, by NumPy's rules: new ones come first, but a third one last. */
function atLeast(x: Tensor, rank: 1 | 2 | 3): Tensor {
  if (x.rank >= rank) return x
  if (rank < 3) return reshape(x, [...new Array<number>(rank - x.rank).fill(1), ...x.shape])
  return reshape(x, x.rank === 2 ? [...x.shape, 1] : [1, x.size, 1])
}

/**
 * Tensors side by side: along the second axis, vectors along their only one. NumPy and Keras: `hstack`.
 *
 * @example
 * import { hstack, tensor } from '@gradus/tensor'
 * hstack([tensor([[1], [2]]), tensor([[3], [4]])]).array() // => [[1, 3], [2, 4]]
 */
export const hstack = /* @__PURE__ */ operation(
  'hstack',
  (tensors: readonly Tensor[]): Tensor => {
    const parts = tensors.map((x) => atLeast(x, 1))
    return concat(parts, parts[0]?.rank === 1 ? 0 : 1)
  },
  ['tensors'],
)

/**
 * Tensors one below the other: along the first axis, where vectors are rows. NumPy and Keras: `vstack`.
 *
 * @example
 * import { tensor, vstack } from '@gradus/tensor'
 * vstack([tensor([1, 2]), tensor([3, 4])]).array() // => [[1, 2], [3, 4]]
 */
export const vstack = /* @__PURE__ */ operation(
  'vstack',
  (tensors: readonly Tensor[]): Tensor => concat(tensors.map((x) => atLeast(x, 2))),
  ['tensors'],
)

/**
 * Tensors one behind the other: along the third axis, which vectors and matrices get first. NumPy and Keras: `dstack`.
 *
 * @example
 * import { dstack, tensor } from '@gradus/tensor'
 * dstack([tensor([1, 2]), tensor([3, 4])]).array() // => [[[1, 3], [2, 4]]]
 */
export const dstack = /* @__PURE__ */ operation(
  'dstack',
  (tensors: readonly Tensor[]): Tensor =>
    concat(
      tensors.map((x) => atLeast(x, 3)),
      2,
    ),
  ['tensors'],
)

/**
 * The elements of `b` after those of `a` along `axis`; without one, both are flattened. NumPy and Keras: `append`.
 *
 * @example
 * import { append, tensor } from '@gradus/tensor'
 * append(tensor([1, 2]), tensor([[3], [4]])).array() // => [1, 2, 3, 4]
 */
export const append = /* @__PURE__ */ operation(
  'append',
  (a: Tensor, b: Tensor, axis?: number): Tensor =>
    axis === undefined ? concat([flatten(a), flatten(b)]) : concat([a, b], axis),
  ['tensor', 'tensor', 'integer?'],
)

/**
 * Cuts `x` along `axis` into `count` parts that differ by one element at most; longer ones come first. NumPy and Keras:
 * `array_split`.
 *
 * @example
 * import { arange, arraySplit } from '@gradus/tensor'
 * arraySplit(arange(5), 2).map((part) => part.array()) // => [[0, 1, 2], [3, 4]]
 */
export const arraySplit = /* @__PURE__ */ operation(
  'arraySplit',
  (x: Tensor, count: number, axis: number = 0): Tensor[] => {
    const length = x.shape[normalizeAxis('arraySplit', axis, x.rank)]!
    if (count < 1) throw new ShapeError(`arraySplit: cannot make ${count} parts; give a whole number from 1.`)
    const [size, longer] = [Math.floor(length / count), length % count]
    const sizes = Array.from({ length: count }, (_, index) => (index < longer ? size + 1 : size))
    return split(x, sizes, axis)
  },
  ['tensor', 'integer', 'integer?'],
)

type Split = Operation<[x: Tensor, sizesOrCount: number | readonly number[]], Tensor[]>

/* @__NO_SIDE_EFFECTS__ */
function splitAlong(name: string, least: number, axisOf: (rank: number) => number): Split {
  return operation(
    name,
    (x: Tensor, sizesOrCount: number | readonly number[]): Tensor[] => {
      if (x.rank >= least) return split(x, sizesOrCount, axisOf(x.rank))
      throw new ShapeError(`${name} needs at least ${least} axes and got a tensor of shape ${formatShape(x.shape)}.`)
    },
    ['tensor', 'axes'],
  )
}

/**
 * `split` along the second axis, of vectors along their only one. NumPy and Keras: `hsplit`, where a list holds positions of cuts;
 * here it holds sizes, as for `split`.
 *
 * @example
 * import { hsplit, tensor } from '@gradus/tensor'
 * hsplit(tensor([[1, 2], [3, 4]]), 2).map((part) => part.array()) // => [[[1], [3]], [[2], [4]]]
 */
export const hsplit = /* @__PURE__ */ splitAlong('hsplit', 1, (rank) => (rank === 1 ? 0 : 1))

/** `split` along the first axis of tensors of two or more. NumPy and Keras: `vsplit`; lists as for `hsplit`. */
export const vsplit = /* @__PURE__ */ splitAlong('vsplit', 2, () => 0)

/** `split` along the third axis. NumPy and Keras: `dsplit`; lists as for `hsplit`. */
export const dsplit = /* @__PURE__ */ splitAlong('dsplit', 3, () => 2)

/** The second axis in reverse order. NumPy and Keras: `fliplr`. */
export const fliplr = /* @__PURE__ */ operation('fliplr', (x: Tensor): Tensor => flip(x, 1), ['tensor'])

/** The first axis in reverse order. NumPy and Keras: `flipud`. */
export const flipud = /* @__PURE__ */ operation('flipud', (x: Tensor): Tensor => flip(x, 0), ['tensor'])

/**
 * The plane of two axes (default the first two) turned by `k` times 90 degrees, from the first of the axes towards the second.
 * NumPy and Keras: `rot90`.
 *
 * @example
 * import { rot90, tensor } from '@gradus/tensor'
 * rot90(tensor([[1, 2], [3, 4]])).array() // => [[2, 4], [1, 3]]
 */
export const rot90 = /* @__PURE__ */ operation(
  'rot90',
  (x: Tensor, k: number = 1, axes: readonly number[] = [0, 1]): Tensor => {
    if (axes.length !== 2) throw new ShapeError(`rot90 turns a plane of two axes and got [${axes.join(', ')}].`)
    const [first, second] = axes.map((axis) => normalizeAxis('rot90', axis, x.rank)) as [number, number]
    if (first === second) throw new ShapeError(`rot90: the axes [${axes.join(', ')}] are the same; they must differ.`)
    const turns = ((k % 4) + 4) % 4
    if (turns === 0) return x
    if (turns === 2) return flip(x, [first, second])
    const order = x.shape.map((_, axis) => (axis === first ? second : axis === second ? first : axis))
    return turns === 1 ? flip(transpose(x, order), first) : transpose(flip(x, first), order)
  },
  ['tensor', 'integer?', 'integers?'],
)
