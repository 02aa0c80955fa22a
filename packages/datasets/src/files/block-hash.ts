/** A checksum that is computed piece by piece. */
export interface Digest {
  update(bytes: Uint8Array): void
  /** The checksum in hexadecimal digits. */
  hex(): string
}

/** The sine constants of MD5: the integer parts of 2^32 |sin(i + 1)|. */
const sines = () => Uint32Array.from({ length: 64 }, (_, i) => Math.floor(2 ** 32 * Math.abs(Math.sin(i + 1))))

/** The first 32 bits of the fractional parts of roots of the first primes. */
function rootsOfPrimes(count: number, root: (prime: number) => number): Uint32Array {
  const found: number[] = []
  for (let candidate = 2; found.length < count; candidate++) {
    let prime = true
    for (let divisor = 2; divisor * divisor <= candidate; divisor++) if (candidate % divisor === 0) prime = false
    if (prime) found.push((root(candidate) % 1) * 2 ** 32)
  }
  return Uint32Array.from(found)
}

const rotated = (value: number, bits: number) => (value << bits) | (value >>> (32 - bits))

/** Divides bytes into blocks of 64, and ends with the length in bits, as MD5 and SHA-256 do. */
function blockHash(
  state: Uint32Array,
  littleEndian: boolean,
  addBlock: (state: Uint32Array, words: DataView) => void,
): Digest {
  const block = new Uint8Array(64)
  const words = new DataView(block.buffer)
  let filled = 0
  let length = 0
  const add = (bytes: Uint8Array) => {
    for (let from = 0; from < bytes.length; ) {
      const count = Math.min(64 - filled, bytes.length - from)
      block.set(bytes.subarray(from, from + count), filled)
      filled += count
      from += count
      if (filled < 64) return
      addBlock(state, words)
      filled = 0
    }
  }
  return {
    update(bytes) {
      length += bytes.length
      add(bytes)
    },
    hex() {
      const end = new Uint8Array((filled < 56 ? 64 : 128) - filled)
      const view = new DataView(end.buffer)
      end[0] = 0x80
      const [low, high] = [(length * 8) >>> 0, Math.floor(length / 2 ** 29)]
      view.setUint32(end.length - 8, littleEndian ? low : high, littleEndian)
      view.setUint32(end.length - 4, littleEndian ? high : low, littleEndian)
      add(end)
      const result = new DataView(new ArrayBuffer(state.length * 4))
      state.forEach((word, i) => {
        result.setUint32(i * 4, word, littleEndian)
      })
      return Array.from(new Uint8Array(result.buffer), (byte) => byte.toString(16).padStart(2, '0')).join('')
    },
  }
}

/** MD5. Source: RFC 1321. */
export function md5(): Digest {
  const constants = sines()
  const shifts = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21]
  return blockHash(Uint32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476), true, (state, words) => {
    let [a, b, c, d] = state as unknown as [number, number, number, number]
    for (let i = 0; i < 64; i++) {
      const round = i >> 4
      const mixed = [(b & c) | (~b & d), (d & b) | (~d & c), b ^ c ^ d, c ^ (b | ~d)][round]!
      const index = [i, 5 * i + 1, 3 * i + 5, 7 * i][round]! % 16
      const sum = (a + mixed + constants[i]! + words.getUint32(index * 4, true)) | 0
      a = d
      d = c
      c = b
      b = (b + rotated(sum, shifts[round * 4 + (i % 4)]!)) | 0
    }
    for (const [i, word] of [a, b, c, d].entries()) state[i]! += word
  })
}

/** SHA-256. Source: FIPS 180-4. */
export function sha256(): Digest {
  const constants = rootsOfPrimes(64, Math.cbrt)
  const schedule = new Int32Array(64)
  return blockHash(rootsOfPrimes(8, Math.sqrt), false, (state, words) => {
    for (let i = 0; i < 64; i++) {
      if (i < 16) schedule[i] = words.getInt32(i * 4)
      else {
        const [near, far] = [schedule[i - 2]!, schedule[i - 15]!]
        const s0 = rotated(far, 25) ^ rotated(far, 14) ^ (far >>> 3)
        const s1 = rotated(near, 15) ^ rotated(near, 13) ^ (near >>> 10)
        schedule[i] = schedule[i - 16]! + s0 + schedule[i - 7]! + s1
      }
    }
    let [a, b, c, d, e, f, g, h] = state as unknown as [number, number, number, number, number, number, number, number]
    for (let i = 0; i < 64; i++) {
      const s1 = rotated(e, 26) ^ rotated(e, 21) ^ rotated(e, 7)
      const first = (h + s1 + ((e & f) ^ (~e & g)) + constants[i]! + schedule[i]!) | 0
      const s0 = rotated(a, 30) ^ rotated(a, 19) ^ rotated(a, 10)
      const second = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0
      h = g
      g = f
      f = e
      e = (d + first) | 0
      d = c
      c = b
      b = a
      a = (first + second) | 0
    }
    for (const [i, word] of [a, b, c, d, e, f, g, h].entries()) state[i]! += word
  })
}
