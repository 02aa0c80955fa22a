import type { ArraySpec, Fill } from './spec.ts'

/** A number from 0 to 1 (exclusive) with 24 bits, so that it is exact in float32: number `index` of stream `seed`. */
export function uniform(seed: number, index: number): number {
  let bits = (index + Math.imul(seed, 0x9e3779b9)) | 0
  bits = Math.imul(bits ^ (bits >>> 16), 0x7feb352d)
  bits = Math.imul(bits ^ (bits >>> 15), 0x846ca68b)
  return ((bits ^ (bits >>> 16)) >>> 8) / 0x1000000
}

/** The values of an array. */
export function generate({ shape, dtype, fill }: ArraySpec): Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer> {
  const size = shape.reduce((a, b) => a * b, 1)
  const data = dtype === 'int32' ? new Int32Array(size) : new Float32Array(size)
  write(data, fill)
  return data
}

/** The values of a float32 array. */
export function generateFloats(spec: ArraySpec): Float32Array<ArrayBuffer> {
  return Float32Array.from(generate(spec))
}

function write(data: Float32Array | Int32Array, fill: Fill): void {
  switch (fill.kind) {
    case 'constant':
      data.fill(fill.value)
      return
    case 'uniform': {
      const { low, high, seed } = fill
      for (let i = 0; i < data.length; i++) data[i] = low + (high - low) * uniform(seed, i)
      return
    }
    case 'integers':
      for (let i = 0; i < data.length; i++) data[i] = Math.floor(fill.below * uniform(fill.seed, i))
      return
    case 'classes': {
      const { classes, noise, stride, seed } = fill
      for (let i = 0; i < data.length; i++) {
        const wrong = uniform(seed + 1, i) < noise
        data[i] = Math.floor(classes * (wrong ? uniform(seed + 2, i) : uniform(seed, i * stride)))
      }
    }
  }
}
