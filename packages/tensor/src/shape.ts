import { ShapeError } from './errors.ts'

/** Dimensions from the outermost to the innermost; `[]` is a scalar. */
export type Shape = readonly number[]

export function sizeOf(shape: Shape): number {
  let size = 1
  for (const dimension of shape) size *= dimension
  return size
}

/** Row-major strides, in elements. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length)
  let stride = 1
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride
    stride *= shape[axis]!
  }
  return strides
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dimension, axis) => dimension === b[axis])
}

export function formatShape(shape: readonly (number | null)[]): string {
  return `[${shape.map(dimensionText).join(', ')}]`
}

/** Dimensions from outside may be anything. */
function dimensionText(dimension: unknown): string {
  return dimension === null || dimension === undefined ? 'null' : describe(dimension)
}

/** Throws unless `shape` is a list of whole numbers from 0. `name` is the operation that was called. */
export function requireShape(name: string, shape: unknown): asserts shape is Shape {
  if (!Array.isArray(shape)) {
    const example = typeof shape === 'number' ? `[${shape}]` : '[2, 3]'
    throw new TypeError(`${name} takes the shape as a list, as in ${name}(${example}), and got ${describe(shape)}.`)
  }
  if (shape.every((dimension) => Number.isInteger(dimension) && dimension >= 0)) return
  throw new ShapeError(`${name}: [${shape.map(describe).join(', ')}] is no shape; dimensions are whole numbers from 0.`)
}

function describe(value: unknown): string {
  return value !== null && (typeof value === 'object' || typeof value === 'function')
    ? `${typeof value === 'object' ? 'an' : 'a'} ${typeof value}`
    : String(value)
}

/** `axis` counted from the front, or an error that names the op. */
export function normalizeAxis(op: string, axis: number, rank: number): number {
  const positive = axis < 0 ? axis + rank : axis
  if (!Number.isInteger(axis) || positive < 0 || positive >= rank) {
    throw new ShapeError(
      `${op}: axis ${describe(axis)} does not exist in a tensor of rank ${rank}; use ${-rank} to ${rank - 1}.`,
    )
  }
  return positive
}

/** Sorted, distinct, non-negative axes; `null` or `undefined` means all of them. */
export function normalizeAxes(op: string, axes: number | readonly number[] | null | undefined, rank: number): number[] {
  if (axes === null || axes === undefined) return Array.from({ length: rank }, (_, axis) => axis)
  const list = (Array.isArray(axes) ? (axes as readonly number[]) : [axes as number]).map((axis) =>
    normalizeAxis(op, axis, rank),
  )
  if (new Set(list).size !== list.length) {
    throw new ShapeError(`${op}: the axes [${list.join(', ')}] name one axis twice; name each once.`)
  }
  return list.sort((a, b) => a - b)
}

/** The shape both operands are broadcast to, by NumPy's rule. */
export function broadcastShapes(op: string, ...shapes: readonly Shape[]): Shape {
  const [first] = shapes
  if (first && shapes.every((shape) => shape === first || sameShape(shape, first))) return first
  const rank = Math.max(0, ...shapes.map((shape) => shape.length))
  return Array.from({ length: rank }, (_, axis) => {
    let result = 1
    for (const shape of shapes) {
      const dimension = shape[axis - rank + shape.length] ?? 1
      if (dimension === 1 || dimension === result) continue
      if (result !== 1) {
        throw new ShapeError(
          `${op}: shapes ${shapes.map(formatShape).join(' and ')} do not broadcast: ` +
            `${result} meets ${dimension} at axis ${axis - rank}. Each pair of dimensions must be equal or contain a 1.`,
        )
      }
      result = dimension
    }
    return result
  })
}

/** `shape` without `axes`, or with them set to 1. */
export function reducedShape(shape: Shape, axes: readonly number[], keepDims: boolean): number[] {
  if (keepDims) return shape.map((dimension, axis) => (axes.includes(axis) ? 1 : dimension))
  return shape.filter((_, axis) => !axes.includes(axis))
}
