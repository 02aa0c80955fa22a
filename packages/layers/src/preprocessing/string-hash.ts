// Hashes of strings that are equal on all machines and in all versions, and equal to those of TensorFlow.

/** Two whole numbers that change a hash, so that it cannot be predicted without them. A single number is used for both. */
export type Salt = number | readonly number[]

const utf8 = /* @__PURE__ */ new TextEncoder()

/**
 * The bucket of a string among `count`: FarmHash's Fingerprint64 of its UTF-8 bytes, or with `salt` their SipHash, modulo
 * `count`. TensorFlow: `to_hash_bucket_fast`, `to_hash_bucket_strong`.
 */
export function hashBucket(text: string, count: number, salt?: Salt): number {
  const bytes = utf8.encode(text)
  const hash = salt === undefined ? fingerprint64(bytes) : sipHash(bytes, keyOf(salt))
  return Number(hash % BigInt(count))
}

/**
 * The bucket among `count` of a crossing of features, strings or whole numbers: their fingerprints, chained. TensorFlow:
 * `sparse.cross_hashed`.
 */
export function crossingBucket(features: readonly (string | number)[], count: number): number {
  let hash = 0xdecafcaffen
  for (const feature of features) {
    const value = typeof feature === 'string' ? fingerprint64(utf8.encode(feature)) : wrap(BigInt(feature))
    hash = wrap((hash ^ kChain ^ wrap(fold(value * kChain) * kChain)) * kChain)
    hash = fold(fold(hash) * kChain)
  }
  return Number(hash % BigInt(count))
}

/** The factor by which fingerprints are chained. */
const kChain = 0xc6a4a7935bd1e995n

function keyOf(salt: Salt): readonly [bigint, bigint] {
  const [first = 0, second = first] = typeof salt === 'number' ? [salt] : salt
  return [wrap(BigInt(first)), wrap(BigInt(second))]
}

// Numbers are unsigned and have 64 bits. Sums and products are truncated to 64 bits before their bits are shifted.

function wrap(value: bigint): bigint {
  return BigInt.asUintN(64, value)
}

function rotateRight(value: bigint, bits: bigint): bigint {
  const x = wrap(value)
  return (x >> bits) | wrap(x << (64n - bits))
}

function rotateLeft(value: bigint, bits: bigint): bigint {
  return rotateRight(value, 64n - bits)
}

function wordsOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

const k0 = 0xc3a5c85c97cb3127n
const k1 = 0xb492b66fbe98f273n
const k2 = 0x9ae16a3b2f90404fn

/** FarmHash's 64-bit fingerprint (Pike, Google, 2014). */
export function fingerprint64(bytes: Uint8Array): bigint {
  const { length } = bytes
  if (length > 64) return fingerprintOfBlocks(bytes)
  const view = wordsOf(bytes)
  const word = (offset: number) => view.getBigUint64(offset < 0 ? length + offset : offset, true)
  const factor = k2 + 2n * BigInt(length)
  if (length > 16) {
    const seed = word(0) * (length > 32 ? k2 : k1)
    const [x, y] = blend(seed, word(8), word(-8) * factor, word(-16) * k2, k2)
    if (length <= 32) return mix(x, y, factor)
    const z = mix(x, y, factor)
    return mix(...blend(word(16) * factor, word(24), (x + word(-32)) * factor, (z + word(-24)) * factor, seed), factor)
  }
  if (length >= 8) {
    const [a, b] = [word(0) + k2, word(-8)]
    return mix(rotateRight(b, 37n) * factor + a, (rotateRight(a, 25n) + b) * factor, factor)
  }
  if (length >= 4) {
    const [a, b] = [view.getUint32(0, true), view.getUint32(length - 4, true)].map(BigInt) as [bigint, bigint]
    return mix(BigInt(length) + 8n * a, b, factor)
  }
  if (length === 0) return k2
  const [a, b, c] = [bytes[0]!, bytes[length >> 1]!, bytes[length - 1]!]
  return wrap(fold((BigInt(a + 256 * b) * k2) ^ (BigInt(length + 4 * c) * k0)) * k2)
}

/** Mixes the high bits into the low ones. */
function fold(value: bigint): bigint {
  const x = wrap(value)
  return x ^ (x >> 47n)
}

/** Combines two numbers into one. */
function mix(a: bigint, b: bigint, factor: bigint): bigint {
  const x = fold((wrap(a) ^ wrap(b)) * factor)
  return wrap(fold((wrap(b) ^ x) * factor) * factor)
}

/** Combines four numbers into two. */
function blend(a: bigint, b: bigint, c: bigint, d: bigint, seed: bigint): [bigint, bigint] {
  return [rotateRight(a + b, 43n) + rotateRight(c, 30n) + d, a + rotateRight(b + seed, 18n) + c]
}

type Pair = readonly [bigint, bigint]

/** The fingerprint of more than 64 bytes: a state of 56 bytes is updated by blocks of 64; the last block may overlap another. */
function fingerprintOfBlocks(bytes: Uint8Array): bigint {
  const view = wordsOf(bytes)
  const last = bytes.length - 64
  let [x, y] = [81n, 81n * k1 + 113n]
  let z = fold(y * k2 + 113n) * k2
  let [v, w]: [Pair, Pair] = [
    [0n, 0n],
    [0n, 0n],
  ]
  x = x * k2 + view.getBigUint64(0, true)
  const update = (start: number, factor: bigint, weight: bigint) => {
    const word = (offset: number) => view.getBigUint64(start + offset, true)
    const row = (offset: number, a: bigint, b: bigint): Pair => {
      const first = a + word(offset)
      const end = first + word(offset + 8) + word(offset + 16)
      const turned = rotateRight(b + first + word(offset + 24), 21n)
      return [wrap(end + word(offset + 24)), wrap(turned + rotateRight(end, 44n) + first)]
    }
    x = wrap(rotateRight(x + y + v[0] + word(8), 37n) * factor) ^ wrap(w[1] * weight)
    y = wrap(rotateRight(y + v[1] + word(48), 42n) * factor + v[0] * weight + word(40))
    z = wrap(rotateRight(z + w[0], 33n) * factor)
    v = row(0, v[1] * factor, x + w[0])
    w = row(32, z + w[1], y + word(16))
    ;[x, z] = [z, x]
  }
  for (let start = 0; start < last; start += 64) update(start, k1, 1n)
  const factor = k1 + 2n * (z & 0xffn)
  w = [w[0] + BigInt((bytes.length - 1) % 64), w[1]]
  v = [v[0] + w[0], v[1]]
  w = [w[0] + v[0], w[1]]
  update(last, factor, 9n)
  return mix(mix(v[0], w[0], factor) + fold(y) * k0 + z, mix(v[1], w[1], factor) + x, factor)
}

/** SipHash-2-4 with a key of two numbers (Aumasson and Bernstein, 2012). */
export function sipHash(bytes: Uint8Array, [key0, key1]: readonly [bigint, bigint]): bigint {
  let [a, b] = [key0 ^ 0x736f6d6570736575n, key1 ^ 0x646f72616e646f6dn]
  let [c, d] = [key0 ^ 0x6c7967656e657261n, key1 ^ 0x7465646279746573n]
  const rounds = (count: number) => {
    for (let round = 0; round < count; round++) {
      a = wrap(a + b)
      c = wrap(c + d)
      b = rotateLeft(b, 13n) ^ a
      d = rotateLeft(d, 16n) ^ c
      a = rotateLeft(a, 32n)
      c = wrap(c + b)
      a = wrap(a + d)
      b = rotateLeft(b, 17n) ^ c
      d = rotateLeft(d, 21n) ^ a
      c = rotateLeft(c, 32n)
    }
  }
  // the bytes, padded with zeros to whole words; the last byte is the number of bytes
  const padded = new Uint8Array(8 * Math.floor(bytes.length / 8) + 8)
  padded.set(bytes)
  padded[padded.length - 1] = bytes.length & 0xff
  const view = wordsOf(padded)
  for (let offset = 0; offset < padded.length; offset += 8) {
    const word = view.getBigUint64(offset, true)
    d ^= word
    rounds(2)
    a ^= word
  }
  c ^= 0xffn
  rounds(4)
  return a ^ b ^ c ^ d
}
