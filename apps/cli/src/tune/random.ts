/** Returns a generator of numbers from 0 (included) to 1, determined by the seed and the index of a stream. */
export function generator(seed: number, stream: number): () => number {
  let state = mixed((seed ^ mixed(stream + 1)) >>> 0)
  return () => {
    state = (state + 0x9e3779b9) >>> 0
    return mixed(state) / 2 ** 32
  }
}

/** Spreads the bits of a whole number of 32 bits: the finalizer of MurmurHash3. */
function mixed(value: number): number {
  let x = value >>> 0
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b)
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35)
  return (x ^ (x >>> 16)) >>> 0
}
