import { foldIn, randomKey, splitKey, type Tensor } from '@gradus/tensor'

/**
 * A stream of random keys from one seed. Keys are tensors, so a stream works inside compiled functions and is saved with
 * a checkpoint; the same seed gives the same numbers on every backend.
 *
 * @example
 * import { Rng } from '@gradus/core'
 * import { randomUniform } from '@gradus/tensor'
 * const a = randomUniform(new Rng(7).next(), [2])
 * const b = randomUniform(new Rng(7).next(), [2])
 * a.toString() === b.toString() // => true
 */
export class Rng {
  private count = 0
  readonly key: Tensor

  /** From a seed (a whole number) or from a key tensor, uint32 `[2]`. */
  constructor(seed: number | Tensor) {
    this.key = typeof seed === 'number' ? randomKey(seed) : seed
  }

  /** The next key of the stream. */
  next(): Tensor {
    // counted downwards, so that keys never meet the forks of small numbers
    return foldIn(this.key, 2 ** 32 - ++this.count)
  }

  /**
   * A stream of its own that depends on `label` only (a name, or a whole number from 0), not on how many keys were drawn:
   * one per layer, one per epoch.
   */
  fork(label: number | string): Rng {
    return new Rng(foldIn(this.key, typeof label === 'number' ? label : hash(label)))
  }

  /** `count` independent streams. */
  split(count: number): Rng[] {
    return splitKey(this.next(), count).map((key) => new Rng(key))
  }
}

/** 32-bit FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193)
  return value >>> 0
}
