import { ConfigError, DataError, describeValue, nodeModule } from '@gradus/core'
import { type Digest, md5, sha256 } from './block-hash.ts'

/** An algorithm of checksums. `auto` takes it from the length of the checksum. */
export type HashAlgorithm = 'auto' | 'sha256' | 'md5'

/** A checksum that a file must have. */
export interface Checksum {
  readonly algorithm: 'sha256' | 'md5'
  readonly hex: string
}

/** Returns the checksum that options name. Throws `ConfigError` for digits of another length. */
export function checksumOf(owner: string, fileHash: unknown, algorithm: HashAlgorithm = 'auto'): Checksum | undefined {
  if (fileHash === undefined || fileHash === null) return undefined
  const lengths = { sha256: 64, md5: 32 }
  const hex = typeof fileHash === 'string' ? fileHash.trim().toLowerCase() : ''
  const found = algorithm === 'auto' ? (hex.length === 64 ? 'sha256' : 'md5') : algorithm
  if (/^[0-9a-f]+$/.test(hex) && hex.length === lengths[found]) return { algorithm: found, hex }
  throw new ConfigError(
    `${owner}: 'fileHash' is ${describeValue(fileHash)}; expected the SHA-256 of the file in 64 hexadecimal digits, or its MD5 in 32.`,
  )
}

/** Starts a checksum: with the code of Node where it is there. */
export function startDigest(algorithm: 'sha256' | 'md5'): Digest {
  const crypto = nodeModule<typeof import('node:crypto')>('node:crypto')
  if (!crypto) return algorithm === 'md5' ? md5() : sha256()
  const hash = crypto.createHash(algorithm)
  return { update: (bytes) => void hash.update(bytes), hex: () => hash.digest('hex') }
}

/** Throws `DataError` if the checksum of a file is another one. */
export function requireChecksum(name: string, found: string, expected: Checksum): void {
  if (found === expected.hex) return
  throw new DataError(
    `${name} is not the file that was expected: its ${expected.algorithm} is ${found} and not ${expected.hex}. It was changed or is incomplete.`,
  )
}
