import type { NumberArray, Shape } from '@gradus/tensor'
import type { Cell } from '../cell.ts'
import { type ColumnKind, type ColumnState, describeScale, isScaled } from './kind.ts'

/** The shape and the scale of arrays. */
export interface ArrayState extends ColumnState {
  readonly shape: Shape
  readonly offset: number
  readonly span: number
}

/** The most numbers in an array or an image of a saved model, such as 4096 x 4096. */
export const mostNumbers = 2 ** 24
/** The most dimensions of an array in a cell. */
const mostDimensions = 16

/** An array of numbers with its shape. */
export interface ArrayValue {
  readonly shape: Shape
  readonly data: ArrayLike<number>
}

/** Arrays of equal shapes, such as the pixels of images in MNIST's files. An input by itself, with values from 0 to 1. */
export const array: ColumnKind<ArrayValue, ArrayState> = {
  name: 'array',
  likelihood: ({ arrays, count }) => (arrays === count ? 1 : 0),
  isState: (state) => isScaled(state) && isShape(state.shape),
  expected: () => 'an array of numbers',
  read: (cell) => readArray(cell),
  learn({ scale = 'range' }) {
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
    let shape: Shape | undefined
    return {
      add(value) {
        if (!value) return
        shape ??= value.shape
        for (let i = 0; i < value.data.length; i++) {
          const one = value.data[i]!
          if (one < low) low = one
          if (one > high) high = one
        }
      },
      finish() {
        const [from, to] = scale === 'none' ? [0, 1] : Array.isArray(scale) ? scale : [Math.min(low, 0), high]
        return { shape: shape ?? [0], offset: from, span: to - from || 1 }
      },
    }
  },
  misfit: (value, { shape }) =>
    String(value.shape) === String(shape) ? undefined : `an array of numbers of the shape [${shape}]`,
  describe: (state, { scale = 'range' }) => `${state.shape.join(' x ')}, ${describeScale(state, { scale })}`,
  labels: (name, { shape }) => Array.from({ length: sizeOf(shape) }, (_, index) => `${name}[${index}]`),
  encode(value, { offset, span }, out: NumberArray, at) {
    if (value) for (let i = 0; i < value.data.length; i++) out[at + i] = (value.data[i]! - offset) / span
  },
  shape: ({ shape }) => shape,
}

/** Whether a value is a shape of known sizes. */
function isShape(value: unknown): value is Shape {
  if (!Array.isArray(value) || !value.every((size) => Number.isSafeInteger(size) && size >= 0)) return false
  return sizeOf(value as number[]) <= mostNumbers
}

/** The number of elements of a shape. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 1)
}

/** Returns the numbers of a typed array, of nested lists or of an object with `data` and `shape`; undefined for other cells. */
export function readArray(cell: Cell): ArrayValue | undefined {
  if (typeof cell !== 'object' || cell === null) return undefined
  if ('data' in cell && 'shape' in cell) return isArrayValue(cell) ? cell : undefined
  if (ArrayBuffer.isView(cell)) return { shape: [(cell as unknown as ArrayLike<number>).length], data: cell as never }
  if (!Array.isArray(cell)) return undefined
  const shape: number[] = []
  for (let level: unknown = cell; Array.isArray(level); level = level[0]) {
    if (shape.push(level.length) > mostDimensions) return undefined
  }
  const data = (cell as unknown[]).flat(shape.length - 1)
  const fits = data.length === sizeOf(shape) && areNumbers(data)
  return fits ? { shape, data } : undefined
}

/** Whether an object is an array with its shape. In JSON it may be anything. */
function isArrayValue(cell: { readonly data: unknown; readonly shape: unknown }): cell is ArrayValue {
  const { data, shape } = cell
  const isList = ArrayBuffer.isView(data) || (Array.isArray(data) && areNumbers(data))
  return isList && isShape(shape) && (data as ArrayLike<number>).length === sizeOf(shape)
}

function areNumbers(data: readonly unknown[]): data is readonly number[] {
  return data.every((one) => typeof one === 'number' && Number.isFinite(one))
}
