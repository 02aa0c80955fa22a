/**
 * Returns a function for random whole numbers from 0 below `bound`. They depend only on seed and stream. Source: SplitMix32
 * (Steele, Lea and Flood 2014), with rejection for equal probabilities.
 */
export function randomBelow(seed: number, stream: number): (bound: number) => number {
  let state = mix((mix(seed | 0) ^ Math.imul(stream + 1, 0x9e3779b9)) | 0)
  const next = () => {
    state = (state + 0x9e3779b9) | 0
    return mix(state) >>> 0
  }
  return (bound) => {
    const limit = 2 ** 32 - (2 ** 32 % bound)
    let value = next()
    while (value >= limit) value = next()
    return value % bound
  }
}

function mix(value: number): number {
  let z = value
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad)
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
  return z ^ (z >>> 15)
}

/** Returns the numbers from 0 to `count` - 1 in a random order (Fisher-Yates). */
export function shuffledOrder(count: number, seed: number, stream = 0): Int32Array {
  const below = randomBelow(seed, stream)
  const order = Int32Array.from({ length: count }, (_, index) => index)
  for (let i = count - 1; i > 0; i--) {
    const j = below(i + 1)
    const swapped = order[i]!
    order[i] = order[j]!
    order[j] = swapped
  }
  return order
}
