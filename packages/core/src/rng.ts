import { foldIn, randomKey, sameShape, splitKey, Tensor } from '@gradus/tensor'

/**
 * A stream of random keys from one seed. Keys are tensors, uint32 `[2]`, so a stream works in compiled functions and can be
 * saved. The same seed gives the same numbers on every backend.
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

  /** Makes a stream from a seed, a whole number, or from a key tensor, uint32 `[2]`. Throws for a seed that is neither. */
  constructor(seed: number | Tensor) {
    if (typeof seed !== 'number' && !isKey(seed)) {
      throw new TypeError(
        `Rng takes a seed, a whole number, or a key, a uint32[2] tensor, as in new Rng(7), and got ${typeof seed === 'string' ? JSON.stringify(seed) : String(seed)}.`,
      )
    }
    this.key = typeof seed === 'number' ? randomKey(seed) : seed
  }

  /** The next key of the stream. */
  next(): Tensor {
    // counts down from 2^32, so that keys differ from forks by small numbers
    return foldIn(this.key, 2 ** 32 - ++this.count)
  }

  /**
   * A new stream that depends on `label` only, a name or a whole number from 0, and not on how many keys were drawn: one for
   * each layer, one for each epoch.
   */
  fork(label: number | string): Rng {
    return new Rng(foldIn(this.key, typeof label === 'number' ? label : hash(label)))
  }

  /** `count` independent streams. */
  split(count: number): Rng[] {
    return splitKey(this.next(), count).map((key) => new Rng(key))
  }
}

function isKey(seed: unknown): seed is Tensor {
  return seed instanceof Tensor && seed.dtype === 'uint32' && sameShape(seed.shape, [2])
}

/** The 32-bit FNV-1a hash. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193)
  return value >>> 0
}
