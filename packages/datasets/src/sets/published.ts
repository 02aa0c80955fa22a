import { checksumOf, requireChecksum, startDigest } from '../files/platform-digest.ts'

/** Files in which a data set is published. */
export interface Form {
  /** The address of the folder; without one, only `from` has this form. */
  readonly root?: string
  readonly files: readonly { readonly name: string; readonly hash?: string }[]
}

/** A data set, as it is published. */
export interface Published {
  readonly name: string
  /** The folder in the cache. */
  readonly folder?: string
  /** The first is the one of Keras; the others follow if it does not answer. */
  readonly forms: readonly Form[]
  /** Files that a folder may have in place of archives. */
  readonly members?: readonly string[]
}

/** Throws `DataError` if the bytes have another checksum. */
export function checked(name: string, bytes: Uint8Array, fileHash: string | undefined): void {
  const checksum = checksumOf('load', fileHash)
  if (!checksum) return
  const digest = startDigest(checksum.algorithm)
  digest.update(bytes)
  requireChecksum(name, digest.hex(), checksum)
}
