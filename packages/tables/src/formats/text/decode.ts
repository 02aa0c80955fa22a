import { ConfigError, DataError, describeValue } from '@gradus/core'
import { startsWith } from '@gradus/datasets/internals'
import type { TableInput } from '../format.ts'
import { endOfLine } from './lines.ts'

/** The encoding of a text, and the sentence about it where it is not the usual one. */
export interface Encoding {
  readonly name: string
  /** Whether it follows from the bytes rather than from an option or a byte order mark. */
  readonly isGuess: boolean
  readonly note?: string
}

const fallback = 'windows-1252'

const fallbackNote =
  "The text is not UTF-8 and was read as windows-1252. If letters are wrong, set 'encoding', such as 'utf-16le' or 'shift_jis'."

/**
 * Finds the encoding by the first bytes. `isWhole` says that there are no further bytes. Throws
 * `ConfigError` for an unknown one in the options, `DataError` for bytes that are no text.
 */
export function encodingOf(start: Uint8Array, given: string | undefined, name: string, isWhole = false): Encoding {
  if (given !== undefined) {
    try {
      return { name: new TextDecoder(given).encoding, isGuess: false }
    } catch {
      throw new ConfigError(
        `'encoding' is ${describeValue(given)}, which this platform does not decode. Examples: 'utf-8', 'utf-16le', 'windows-1252', 'iso-8859-2', 'shift_jis', 'gbk'.`,
      )
    }
  }
  if (startsWith(start, [0xef, 0xbb, 0xbf])) return { name: 'utf-8', isGuess: false }
  if (startsWith(start, [0xff, 0xfe])) return { name: 'utf-16le', isGuess: false, note: 'The text is UTF-16.' }
  if (startsWith(start, [0xfe, 0xff])) return { name: 'utf-16be', isGuess: false, note: 'The text is UTF-16.' }
  if (start.includes(0)) return { name: wideEncoding(start, name), isGuess: false, note: 'The text is UTF-16.' }
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(start, { stream: !isWhole })
    return { name: 'utf-8', isGuess: true }
  } catch {
    return isMostlyUtf8(start)
      ? { name: 'utf-8', isGuess: false }
      : { name: fallback, isGuess: false, note: fallbackNote }
  }
}

/** Whether bytes are UTF-8 but for some: most characters beyond ASCII can be decoded. In other encodings this is rare. */
function isMostlyUtf8(bytes: Uint8Array): boolean {
  let [good, bad] = [0, 0]
  for (const character of new TextDecoder('utf-8').decode(bytes, { stream: true })) {
    if (character === '\ufffd') bad++
    else if (character > '\x7f') good++
  }
  return good > bad / 2
}

/** UTF-16 without a mark: every second byte of Latin text is 0. */
function wideEncoding(start: Uint8Array, name: string): string {
  const zeros = [0, 0] as [number, number]
  for (let i = 0; i < start.length; i++) if (start[i] === 0) zeros[i & 1]!++
  const [even, odd] = zeros
  if (odd > start.length / 4 && even * 20 < odd) return 'utf-16le'
  if (even > start.length / 4 && odd * 20 < even) return 'utf-16be'
  throw new DataError(
    `${name} is not a text file: byte ${start.indexOf(0) + 1} is 0. Give a table as CSV, JSON, JSONL, Parquet or NumPy.`,
  )
}

/** Whether bytes are text in an encoding that is recognized. */
export function isText(start: Uint8Array): boolean {
  try {
    encodingOf(start, undefined, '')
    return true
  } catch {
    return false
  }
}

/**
 * The text of an input in pieces, without a byte order mark. Where bytes are not UTF-8 after all and everything before them was ASCII,
 * the rest is read as windows-1252, with a note.
 */
export async function* textPieces(input: TableInput, encoding: Encoding, notes: string[]): AsyncGenerator<string> {
  let decoder = new TextDecoder(encoding.name, { fatal: true, ignoreBOM: true })
  let isAscii = encoding.isGuess
  let pending = new Uint8Array()
  let first = true
  let offset = 0
  const decode = (bytes: Uint8Array | undefined): string => {
    try {
      const text = decoder.decode(bytes, { stream: bytes !== undefined })
      if (isAscii && bytes) {
        pending = wideEnd(bytes.length < 3 ? Uint8Array.of(...pending, ...bytes) : bytes)
        isAscii = isAsciiText(text)
      }
      return text
    } catch {
      if (!isAscii || (bytes && isMostlyUtf8(bytes))) throw damaged(input.name, encoding.name, offset)
      if (!notes.includes(fallbackNote)) notes.push(fallbackNote)
      isAscii = false
      decoder = new TextDecoder(fallback)
      return decoder.decode(pending, { stream: true }) + decoder.decode(bytes, { stream: bytes !== undefined })
    }
  }
  for await (const bytes of input.pieces()) {
    const text = decode(bytes)
    offset += bytes.length
    if (text === '') continue
    yield first && text.startsWith('\ufeff') ? text.slice(1) : text
    first = false
  }
  const rest = decode(undefined)
  if (rest) yield rest
}

function isAsciiText(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 127) return false
  return true
}

/** The bytes at the end that begin a character, if everything before them is ASCII. */
function wideEnd(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  let start = bytes.length
  while (start > 0 && bytes.length - start < 3 && bytes[start - 1]! > 127) start--
  return bytes.slice(start)
}

function damaged(name: string, encoding: string, offset: number): DataError {
  return new DataError(
    `${name} has bytes after byte ${offset} that are not ${encoding}, and other characters before them that are. Save the file as UTF-8, or set 'encoding'.`,
  )
}

/** The first characters of an input, as they are sampled. */
export interface Sample {
  readonly text: string
  /** Whether this is all of the text. */
  readonly isWhole: boolean
  readonly encoding: Encoding
}

/** The number of bytes by which the form of a text file is found out, and of one with long lines. */
const sampleBytes = 2 ** 18
const longSampleBytes = 2 ** 25
/** The number of lines that a sample has. */
const sampleLines = 5

/** Reads the beginning of a text file. Throws `DataError` where it is no text or is empty. */
export async function readSample(input: TableInput, encodingName: string | undefined): Promise<Sample> {
  const sample = await sampleOf(input, encodingName, sampleBytes)
  if (sample.isWhole || endOfLine(sample.text, sampleLines) < sample.text.length) return sample
  return sampleOf(input, encodingName, longSampleBytes)
}

async function sampleOf(input: TableInput, encodingName: string | undefined, most: number): Promise<Sample> {
  const bytes = await input.read(0, most)
  const isWhole = bytes.length < most
  const encoding = encodingOf(bytes, encodingName, input.name, isWhole)
  const text = new TextDecoder(encoding.name).decode(bytes, { stream: !isWhole })
  if (text.trim() === '' && isWhole) {
    throw new DataError(
      `${input.name} is empty. Give it a line with the names of the columns, and a line for each row.`,
    )
  }
  return { text, isWhole, encoding }
}
