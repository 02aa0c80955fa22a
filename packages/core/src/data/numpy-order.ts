/**
 * Returns a function that returns the numbers from 0 to `count` - 1 in the order in which NumPy's `RandomState(seed).shuffle` puts
 * them, so that orders and splits are those of Keras. Each call draws further random numbers. Source: MT19937 (Matsumoto and
 * Nishimura 1998), Fisher-Yates from the end, with rejection below powers of 2.
 *
 * @example
 * import { numpyOrders } from '@gradus/core'
 * numpyOrders(0)(5) // => [2, 0, 1, 3, 4]
 */
export function numpyOrders(seed: number): (count: number) => Int32Array {
  const next = mersenneTwister(seed)
  return (count) => shuffled(count, next)
}

function shuffled(count: number, next: () => number): Int32Array {
  const order = Int32Array.from({ length: count }, (_, index) => index)
  for (let i = count - 1; i > 0; i--) {
    const mask = 2 ** (32 - Math.clz32(i)) - 1
    let j = (next() & mask) >>> 0
    while (j > i) j = (next() & mask) >>> 0
    const swapped = order[i]!
    order[i] = order[j]!
    order[j] = swapped
  }
  return order
}

function mersenneTwister(seed: number): () => number {
  const state = new Uint32Array(624)
  state[0] = seed
  for (let i = 1; i < 624; i++) state[i] = Math.imul(1812433253, state[i - 1]! ^ (state[i - 1]! >>> 30)) + i
  let index = 624
  const twist = () => {
    for (let i = 0; i < 624; i++) {
      const joined = (state[i]! & 0x80000000) | (state[(i + 1) % 624]! & 0x7fffffff)
      state[i] = state[(i + 397) % 624]! ^ (joined >>> 1) ^ (joined & 1 ? 0x9908b0df : 0)
    }
    index = 0
  }
  return () => {
    if (index === 624) twist()
    let value = state[index++]!
    value ^= value >>> 11
    value ^= (value << 7) & 0x9d2c5680
    value ^= (value << 15) & 0xefc60000
    return (value ^ (value >>> 18)) >>> 0
  }
}
