import { RandomNumbers } from '../random-numbers.ts'

/** Seeded random choices for random programs, so that a failing case can be repeated from its seed. */
export class Dice {
  private readonly random: RandomNumbers

  constructor(seed: number) {
    this.random = new RandomNumbers(seed)
  }

  /** A number from 0 to before 1. */
  next(): number {
    return this.random.next()
  }

  /** A whole number from `low` to `high`, inclusive. */
  whole(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1))
  }

  /** An element of a list. */
  pick<T>(list: readonly T[]): T {
    return list[this.whole(0, list.length - 1)]!
  }

  /** Numbers from -1 to 1. */
  floats(count: number): Float32Array {
    return Float32Array.from({ length: count }, () => this.next() * 2 - 1)
  }
}
