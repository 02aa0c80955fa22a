import { createHash, randomBytes } from 'node:crypto'
import { expect, it } from 'vitest'
import { md5, sha256 } from './block-hash.ts'
import { checksumOf } from './platform-digest.ts'

it.each([0, 1, 55, 56, 63, 64, 65, 119, 128, 1000])(
  'checksums of %i bytes are those of Node, in any pieces',
  (length) => {
    const bytes = randomBytes(length)
    for (const [name, start] of Object.entries({ md5, sha256 })) {
      const digest = start()
      for (let at = 0; at < length; at += 37) digest.update(bytes.subarray(at, at + 37))
      expect(digest.hex(), name).toBe(createHash(name).update(bytes).digest('hex'))
    }
  },
)

it('checksums have the digits of their algorithm', () => {
  expect(checksumOf('getFile', 'A'.repeat(64))).toEqual({ algorithm: 'sha256', hex: 'a'.repeat(64) })
  expect(checksumOf('getFile', '0'.repeat(32))?.algorithm).toBe('md5')
  expect(() => checksumOf('getFile', 'abc')).toThrow(`getFile: 'fileHash' is "abc"; expected the SHA-256`)
  expect(() => checksumOf('getFile', '0'.repeat(32), 'sha256')).toThrow("'fileHash'")
})
