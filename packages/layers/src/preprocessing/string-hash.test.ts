import { describe, expect, it } from 'vitest'
import recorded from '../recorded/string-hash.json' with { type: 'json' }
import { fingerprint64, hashBucket, sipHash } from './string-hash.ts'

// Recorded from FarmHash (fingerprint) and TensorFlow 2.21 (buckets, by their number).
type Buckets = { readonly [count: string]: number }

const bytesOf = (text: string) => new TextEncoder().encode(text)

describe('the fingerprint of FarmHash', () => {
  it.each(recorded)('of "$text"', ({ text, fingerprint, fast }) => {
    expect(fingerprint64(bytesOf(text))).toBe(BigInt(fingerprint))
    for (const [count, bucket] of Object.entries(fast as Buckets)) expect(hashBucket(text, Number(count))).toBe(bucket)
  })

  it('is tested for the lengths of all its branches', () => {
    const lengths = recorded.map(({ text }) => bytesOf(text).length)
    for (const length of [0, 1, 3, 4, 7, 8, 16, 17, 32, 33, 64, 65, 128, 129]) expect(lengths).toContain(length)
  })

  it('reads a view with an offset', () => {
    const bytes = bytesOf('..the quick brown fox')
    expect(fingerprint64(bytes.subarray(2))).toBe(fingerprint64(bytesOf('the quick brown fox')))
  })
})

describe('SipHash', () => {
  it.each(recorded)('of "$text"', ({ text, strong }) => {
    for (const { salt, ...buckets } of strong) {
      for (const [count, bucket] of Object.entries(buckets as Buckets)) {
        expect(hashBucket(text, Number(count), salt)).toBe(bucket)
      }
    }
  })

  it('has the value of the paper', () => {
    // key and message count up from 0: appendix A of Aumasson and Bernstein (2012)
    const message = Uint8Array.from({ length: 15 }, (_, i) => i)
    expect(sipHash(message, [0x0706050403020100n, 0x0f0e0d0c0b0a0908n])).toBe(0xa129ca6149be45e5n)
  })

  it('uses a single number for both numbers of the salt', () => {
    expect(hashBucket('a', 1000, 7)).toBe(hashBucket('a', 1000, [7, 7]))
    expect(hashBucket('a', 1000, 7)).not.toBe(hashBucket('a', 1000, [7, 8]))
  })
})
