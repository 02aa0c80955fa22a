const word = new Float32Array(1)
const bits = new Uint32Array(word.buffer)

/** The bits of the float16 number that is nearest to a float32 number (ties to even), as IEEE 754 has them. */
export function halfBits(value: number): number {
  word[0] = value
  const sign = (bits[0]! >>> 16) & 0x8000
  const size = bits[0]! & 0x7fffffff
  if (size > 0x7f800000) return sign | 0x7e00 // NaN
  if (size >= 0x477ff000) return sign | 0x7c00 // from 65520 on the nearest is infinity
  if (size < 0x38800000) {
    // numbers below 2^-14 are multiples of 2^-24, and float32 rounds 0.5 + x to such a multiple
    word[0] = 0.5 + Math.abs(word[0])
    return sign | (bits[0]! - 0x3f000000)
  }
  return sign | ((size - 0x38000000 + 0xfff + ((size >>> 13) & 1)) >>> 13)
}

/** The number with these float16 bits. */
export function halfValue(half: number): number {
  const size = (half & 0x7fff) << 13
  bits[0] = size
  // the exponent of a half is 112 less than that of the same number in float32
  word[0] = size < 0x0f800000 ? word[0]! * 2 ** 112 : size === 0x0f800000 ? Number.POSITIVE_INFINITY : Number.NaN
  return half & 0x8000 ? -word[0] : word[0]
}
