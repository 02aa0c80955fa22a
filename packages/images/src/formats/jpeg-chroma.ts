import type { JpegComponent, JpegHeader } from './jpeg-header.ts'

/** Samples of a component, row by row. */
interface Plane {
  readonly data: Uint8Array
  readonly width: number
  readonly height: number
}

/**
 * Returns the samples of component `index` for each pixel of an image in which each sample was repeated (`data`, three values for each
 * pixel). Between two samples along an axis of half the size lie a value that is 3/4 of one and 1/4 of the other and one that is the
 * opposite. Source: the "fancy upsampling" of libjpeg.
 */
export function fullSize(data: Uint8Array, index: number, component: JpegComponent, header: JpegHeader): Uint8Array {
  const { width, height, components } = header
  const most = (key: 'h' | 'v') => Math.max(...components.map((one) => one[key]))
  const [across, down] = [most('h') / component.h, most('v') / component.v]
  const plane = sampled(data, index, width, height, 1, 1)
  const isSmooth = Math.ceil(width / across) > 2 || across === 1
  if (across === 2 && down === 1 && isSmooth) return wider(sampled(data, index, width, height, 2, 1), width)
  if (across === 1 && down === 2) return taller(sampled(data, index, width, height, 1, 2), height)
  if (across === 2 && down === 2 && isSmooth) return both(sampled(data, index, width, height, 2, 2), width, height)
  return plane.data
}

/** Takes one of the repeated samples each. */
function sampled(data: Uint8Array, index: number, width: number, height: number, across: number, down: number): Plane {
  const [columns, rows] = [Math.ceil(width / across), Math.ceil(height / down)]
  const result = new Uint8Array(columns * rows)
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      result[row * columns + column] = data[(row * down * width + column * across) * 3 + index]!
  return { data: result, width: columns, height: rows }
}

function wider({ data, width: columns, height: rows }: Plane, width: number): Uint8Array {
  const result = new Uint8Array(width * rows)
  for (let row = 0; row < rows; row++) {
    for (let x = 0; x < width; x++) {
      const column = x >> 1
      const at = row * columns + column
      const isRight = x & 1
      const other = isRight ? Math.min(column + 1, columns - 1) : Math.max(column - 1, 0)
      const rounding = other === column ? 2 : 1 + isRight
      result[row * width + x] = (3 * data[at]! + data[row * columns + other]! + rounding) >> 2
    }
  }
  return result
}

function taller({ data, width, height: rows }: Plane, height: number): Uint8Array {
  const result = new Uint8Array(width * height)
  for (let y = 0; y < height; y++) {
    const row = y >> 1
    const isLower = y & 1
    const other = isLower ? Math.min(row + 1, rows - 1) : Math.max(row - 1, 0)
    for (let x = 0; x < width; x++)
      result[y * width + x] = (3 * data[row * width + x]! + data[other * width + x]! + 1 + isLower) >> 2
  }
  return result
}

function both({ data, width: columns, height: rows }: Plane, width: number, height: number): Uint8Array {
  const result = new Uint8Array(width * height)
  const sums = new Int32Array(columns)
  for (let y = 0; y < height; y++) {
    const row = y >> 1
    const other = y & 1 ? Math.min(row + 1, rows - 1) : Math.max(row - 1, 0)
    for (let x = 0; x < columns; x++) sums[x] = 3 * data[row * columns + x]! + data[other * columns + x]!
    for (let x = 0; x < width; x++) {
      const column = x >> 1
      const isRight = x & 1
      const beside = isRight ? Math.min(column + 1, columns - 1) : Math.max(column - 1, 0)
      result[y * width + x] = (3 * sums[column]! + sums[beside]! + (isRight ? 7 : 8)) >> 4
    }
  }
  return result
}
