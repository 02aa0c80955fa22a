import { ConfigError, DataError, describeValue } from '@gradus/core'
import { reasonOf, shortened } from '@gradus/core/files'
import type { Pieces } from './read-pieces.ts'

export const expected = 'A file to read is a path, a file handle, a Blob or its bytes'

/** The pieces of a file that has a stream, as a `Blob` and a `Response` have; undefined for others. */
export function streamPieces(file: object): Pieces | undefined {
  const { size, body, name: given } = file as { readonly [key in 'size' | 'body' | 'name']?: unknown }
  const stream = hasMethod(file, 'stream') ? file['stream']() : body
  if (!hasMethod(stream, 'getReader')) return undefined
  const name = typeof given === 'string' && given ? `The file '${shortened(given)}'` : 'The file'
  const failed = (cause: unknown): never => {
    throw new DataError(`${name} cannot be read: ${reasonOf(cause)}`, { cause })
  }
  let reader: ReadableStreamDefaultReader<unknown> | undefined
  const next = async () => {
    reader ??= stream['getReader']() as ReadableStreamDefaultReader<unknown>
    const { done, value } = await reader.read()
    if (done) return undefined
    const piece = bytesOf(value)
    if (piece) return piece
    throw new ConfigError(`${expected}; the stream of this one has a piece that is ${describeValue(value)}.`)
  }
  return {
    name,
    size: typeof size === 'number' ? size : undefined,
    next: () => next().catch((error) => (error instanceof ConfigError ? Promise.reject(error) : failed(error))),
    close: async () => void (await reader?.cancel().catch(() => {})),
  }
}

/** The bytes of a buffer or of a view of one, without a copy; undefined for other values. */
export function bytesOf(value: unknown): Uint8Array | undefined {
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
  // not instanceof, because the buffer may come from another frame
  const isBuffer = /^\[object (Shared)?ArrayBuffer\]$/.test(Object.prototype.toString.call(value))
  return isBuffer ? new Uint8Array(value as ArrayBuffer) : undefined
}

export function hasMethod<K extends string>(value: unknown, name: K): value is Record<K, () => unknown> {
  return typeof value === 'object' && value !== null && typeof (value as Record<string, unknown>)[name] === 'function'
}
