import { ConfigError, DataError, describeValue } from '@gradus/core'
import { fileChunks } from './platform-files.ts'

/**
 * A source of CSV text: the text itself (a string with a line end), the path of a file (any other string), or pieces of text or
 * bytes, such as a stream. `{ text }` and `{ path }` make the meaning of a string explicit.
 */
export type CsvSource =
  | string
  | { readonly text: string }
  | { readonly path: string }
  | AsyncIterable<string | Uint8Array>
  | Iterable<string | Uint8Array>

/** Throws `ConfigError` for a value that is no source. */
export function requireSource(source: unknown): void {
  if (typeof source === 'string') return
  const known = ['text', 'path', Symbol.asyncIterator, Symbol.iterator]
  if (typeof source === 'object' && source !== null && known.some((key) => key in source)) return
  throw new ConfigError(
    `readCsv reads a path, a text, { path }, { text } or pieces of bytes such as a stream, and got ${describeValue(source)}.`,
  )
}

/** The name of a source in messages. */
export function nameOf(source: CsvSource): string {
  const path = typeof source === 'string' ? source : 'path' in source ? String(source.path) : ''
  if (typeof source === 'string' ? isText(source) : !('path' in source)) return 'The CSV text'
  return path.length > 300 ? `${path.slice(0, 300)}...` : path
}

function isText(source: string): boolean {
  return source === '' || /[\r\n]/.test(source)
}

/** The text of a source in pieces. */
export async function* textsOf(source: CsvSource, file: string): AsyncGenerator<string> {
  if (typeof source === 'string') {
    if (isText(source)) yield withoutMark(source)
    else yield* decoded(readable(source, file), file)
  } else if ('text' in source) yield withoutMark(source.text)
  else if ('path' in source) yield* decoded(readable(source.path, file), file)
  else yield* decoded(source, file)
}

async function* readable(path: string, file: string): AsyncGenerator<Uint8Array> {
  try {
    yield* fileChunks(path)
  } catch (cause) {
    const { code, message } = cause as { code?: string; message: string }
    const reason =
      code === 'ENOENT' ? 'it does not exist. Check the path; CSV text must hold a line end' : message.slice(0, 300)
    throw new DataError(`The file '${file}' cannot be read: ${reason}.`, { cause })
  }
}

/** Decodes pieces of bytes; a character may be split between two pieces. */
async function* decoded(
  chunks: AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>,
  file: string,
): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  let first = true
  for await (const chunk of chunks) {
    const text = typeof chunk === 'string' ? chunk : decode(decoder, chunk, file)
    if (text === '') continue
    yield first ? withoutMark(text) : text
    first = false
  }
  decode(decoder, undefined, file)
}

function decode(decoder: InstanceType<typeof TextDecoder>, bytes: Uint8Array | undefined, file: string): string {
  try {
    return decoder.decode(bytes, { stream: bytes !== undefined })
  } catch {
    throw new DataError(`${file} is not UTF-8 text. Save it as UTF-8.`)
  }
}

/** Removes the byte order mark with which some programs start a file. */
function withoutMark(text: string): string {
  return text.startsWith('\ufeff') ? text.slice(1) : text
}
