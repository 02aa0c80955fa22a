import { DataError, FormatError } from '@gradus/core'

/** The largest file that is read, in bytes. */
const maxFileBytes = 2 ** 32

/** Options of `readFile`. */
export interface ReadOptions {
  /** The largest number of bytes that are read (default 4 GiB). */
  readonly maxBytes?: number
  /**
   * Returns the length of the file, from the bytes at its beginning; undefined if they are too few to tell, infinity if no number of
   * them is enough. Errors that it throws end the reading.
   */
  readonly lengthOf?: (start: Uint8Array) => number | undefined
  /** Like `lengthOf`, for the bytes that are needed: the reading ends after them. Infinity if all are. */
  readonly neededOf?: (start: Uint8Array) => number | undefined
}

/** Bytes that come in pieces. */
export interface Pieces {
  /** For messages: `The file 'model.safetensors'`. */
  readonly name: string
  /** The number of bytes, if it is known before they are read. */
  readonly size: number | undefined
  /** Returns the next piece, undefined at the end. The memory of the piece may be used again for the one after it. */
  next(): Promise<Uint8Array | undefined>
  close(): Promise<void>
}

/**
 * Joins pieces, and closes them. Throws `DataError` for more than `maxBytes` and where memory does not suffice, and `FormatError` for more
 * bytes than `lengthOf` says. Reads no further than the piece that shows it.
 */
export async function joined(source: Pieces, options: ReadOptions): Promise<Uint8Array> {
  try {
    return await joinedOpen(source, options)
  } finally {
    await source.close()
  }
}

async function joinedOpen(
  source: Pieces,
  { maxBytes = maxFileBytes, lengthOf, neededOf }: ReadOptions,
): Promise<Uint8Array> {
  const { name, size } = source
  const requireAtMost = (length: number) => {
    if (length > maxBytes) throw new DataError(`${name} cannot be read: it has more than ${maxBytes} bytes.`)
  }
  requireAtMost(size ?? 0)
  let bytes = new Uint8Array(0)
  let length = 0
  let end: number | undefined
  let stop: number | undefined
  for (let piece = await source.next(); piece; piece = await source.next()) {
    const needed = length + piece.length
    requireAtMost(needed)
    if (needed > bytes.length) {
      // the length in a header may be wrong, so memory grows with the bytes that come
      const twice = Math.min(2 * needed, maxBytes, end ?? Number.POSITIVE_INFINITY)
      // less than the whole file may be needed, and what a header says may be wrong
      const whole = size === undefined ? undefined : neededOf ? stop && Math.min(stop, size) : size
      const isEnough = whole !== undefined && whole >= needed
      bytes = grown(bytes.subarray(0, length), isEnough ? whole : Math.max(needed, twice), name)
    }
    bytes.set(piece, length)
    length = needed
    if (lengthOf && end === undefined) {
      end = lengthOf(bytes.subarray(0, length))
      if (end !== undefined && Number.isFinite(end)) requireAtMost(end)
    }
    if (end !== undefined && Math.max(size ?? 0, length) > end) {
      throw new FormatError(
        `${name} goes on after byte ${end}, where it should end by its header. Check what it is, or save it again.`,
      )
    }
    stop ??= neededOf?.(bytes.subarray(0, length))
    if (stop !== undefined && length >= stop) return bytes.slice(0, stop)
  }
  return length === bytes.length ? bytes : bytes.slice(0, length)
}

function grown(bytes: Uint8Array, length: number, name: string): Uint8Array<ArrayBuffer> {
  try {
    const result = new Uint8Array(length)
    result.set(bytes)
    return result
  } catch (cause) {
    throw new DataError(`${name} cannot be read: there is not enough memory for ${length} bytes.`, { cause })
  }
}
