import { type DType, isFloat, type Shape, sizeOf } from '@gradus/tensor'

/** Seeded random numbers for tests (mulberry32), equal on all machines and independent of the code under test. */
export class RandomNumbers {
  private state: number

  constructor(seed: number | string) {
    this.state = typeof seed === 'number' ? seed >>> 0 : hash(seed)
  }

  /** Uniform in [0, 1). */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0
    let t = this.state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }

  uniform(low: number, high: number): number {
    return low + (high - low) * this.next()
  }

  /**
   * Values for a tensor. Floats are rounded to float32, so that all floating dtypes get the same values. Integers are from
   * `low` to `high`, inclusive.
   */
  fill(shape: Shape, dtype: DType, low = -2, high = 2): number[] {
    return Array.from({ length: sizeOf(shape) }, () => {
      if (isFloat(dtype)) return Math.fround(this.uniform(low, high))
      if (dtype === 'bool') return this.next() < 0.5 ? 0 : 1
      const start = Math.ceil(dtype === 'uint32' ? Math.max(low, 0) : low)
      return start + Math.floor(this.next() * (Math.floor(high) - start + 1))
    })
  }
}

/** The 32-bit FNV-1a hash. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193)
  return value >>> 0
}
