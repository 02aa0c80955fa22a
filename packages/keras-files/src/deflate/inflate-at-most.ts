import { Inflate, Unzlib } from 'fflate'

/**
 * Inflates bytes in pieces, so that no more than `most` are ever held. Throws the error that `fail` makes for more, and for damaged
 * data. `zlib` says whether the data have the header of zlib.
 */
export function inflateAtMost(
  bytes: Uint8Array,
  most: number,
  fail: (problem: string) => Error,
  zlib = false,
): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(most)
  let length = 0
  let excess = false
  const take = (piece: Uint8Array) => {
    excess ||= length + piece.length > most
    if (excess) return
    result.set(piece, length)
    length += piece.length
  }
  const stream = zlib ? new Unzlib(take) : new Inflate(take)
  const step = 2 ** 14
  try {
    for (let at = 0; at < bytes.length && !excess; at += step)
      stream.push(bytes.slice(at, at + step), at + step >= bytes.length)
  } catch (error) {
    throw fail(`cannot be inflated: ${(error as Error).message}`)
  }
  if (excess) throw fail(`inflates to more than ${most} bytes`)
  return length === most ? result : result.slice(0, length)
}
