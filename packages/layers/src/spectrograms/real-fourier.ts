import { add, matmul, mul, reshape, type Shape, sub, type Tensor, transpose } from '@gradus/tensor'
import { constantOf } from '../preprocessing/given-moments.ts'

type Parts = readonly [real: Tensor, imag: Tensor]

/** Cosines and sines of -2 pi i j / size as matrices `[rows, columns]`. */
function rotations(rows: number, columns: number, size: number, like: Tensor): Parts {
  const shape = [rows, columns]
  const table = (part: (angle: number) => number) => {
    // the angle is reduced to a turn first, which keeps its digits
    const data = Float64Array.from({ length: rows * columns }, (_, k) => {
      const turn = (Math.floor(k / columns) * (k % columns)) % size
      return part((-2 * Math.PI * turn) / size)
    })
    return constantOf({ data, shape, dtype: 'float64' }, shape, like.dtype)
  }
  return [table(Math.cos), table(Math.sin)]
}

/** The largest divisor of `size` up to its root. */
function nearRoot(size: number): number {
  let factor = Math.floor(Math.sqrt(size))
  while (size % factor !== 0) factor--
  return factor
}

/**
 * The discrete Fourier transform of real frames along the last axis, for frequencies 0 to size / 2: real and imaginary part. It is
 * made of two products with matrices of about the root of the size (Cooley and Tukey, 1965), or of one for prime sizes.
 */
export function realFourier(frames: Tensor): Parts {
  const size = frames.shape.at(-1)!
  const count = Math.floor(size / 2) + 1
  const outer: Shape = frames.shape.slice(0, -1)
  const first = nearRoot(size)
  const second = size / first
  const rows = reshape(frames, [frames.size / size, first, second])
  // x[a * second + b]: over a for each b, turned by b, then over b
  const [cosine, sine] = rotations(first, first, first, frames)
  const [turnCosine, turnSine] = rotations(first, second, size, frames)
  const [real, imag] = [matmul(cosine, rows), matmul(sine, rows)]
  const turned: Parts = [
    sub(mul(real, turnCosine), mul(imag, turnSine)),
    add(mul(real, turnSine), mul(imag, turnCosine)),
  ]
  const columns = Math.ceil(count / first)
  const [c, s] = rotations(second, columns, second, frames)
  const [a, b] = turned
  const result: Parts = [sub(matmul(a, c), matmul(b, s)), add(matmul(a, s), matmul(b, c))]
  const arranged = (x: Tensor) => reshape(transpose(x, [0, 2, 1]), [...outer, columns * first])
  return [arranged(result[0]), arranged(result[1])]
}

/** The number of frequencies of a transform of real frames of `size` steps. */
export function frequencyCount(size: number): number {
  return Math.floor(size / 2) + 1
}
