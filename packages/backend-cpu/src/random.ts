import type { Kernel } from '@gradus/graph'

/** Counter-based random bits: Threefry-2x32 with 20 rounds (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011). */
export const randomKernels: Readonly<Record<string, Kernel>> = {
  randomBits(output, [key]) {
    const y = output.data
    const [key0, key1] = key.data
    const words = new Uint32Array(2)
    for (let i = 0; i < y.length; i++) {
      threefry(words, key0, key1, Math.floor(i / 2 ** 32), i)
      y[i] = words[0] ^ words[1]
    }
  },

  foldIn(output, [key, data]) {
    const words = new Uint32Array(2)
    threefry(words, key.data[0], key.data[1], 0, data.data[0])
    output.data.set(words)
  },
}

/** Encrypts a counter of two words with a key of two words, all modulo 2^32. */
export function threefry(words: Uint32Array, key0: number, key1: number, counter0: number, counter1: number): void {
  const key2 = key0 ^ key1 ^ 0x1bd11bda
  let x = (counter0 + key0) | 0
  let y = (counter1 + key1) | 0
  for (let group = 1; group <= 5; group++) {
    // odd groups of four rounds rotate by 13, 15, 26, 6 and even ones by 17, 29, 16, 24
    const odd = (group & 1) === 1
    x = (x + y) | 0
    y = rotate(y, odd ? 13 : 17) ^ x
    x = (x + y) | 0
    y = rotate(y, odd ? 15 : 29) ^ x
    x = (x + y) | 0
    y = rotate(y, odd ? 26 : 16) ^ x
    x = (x + y) | 0
    y = rotate(y, odd ? 6 : 24) ^ x
    // each group adds the next two words of the key, which repeat with period 3, and its number
    x = (x + keyWord(group, key0, key1, key2)) | 0
    y = (y + keyWord(group + 1, key0, key1, key2) + group) | 0
  }
  words[0] = x
  words[1] = y
}

function rotate(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by))
}

function keyWord(index: number, key0: number, key1: number, key2: number): number {
  const word = index % 3
  return word === 0 ? key0 : word === 1 ? key1 : key2
}
