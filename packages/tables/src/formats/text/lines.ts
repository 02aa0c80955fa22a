import { DataError } from '@gradus/core'

/** Leaves out the first lines of a text in pieces. Lines end with LF, CRLF or CR. */
export async function* withoutLines(pieces: AsyncIterable<string>, count: number): AsyncGenerator<string> {
  let left = count
  let afterReturn = false
  for await (const piece of pieces) {
    let at = 0
    while (at < piece.length && (left > 0 || afterReturn)) {
      const code = piece.charCodeAt(at)
      if (afterReturn) {
        afterReturn = false
        if (code === 10) at++
        continue
      }
      at++
      if (code === 10 || code === 13) {
        left--
        afterReturn = code === 13
      }
    }
    if (at < piece.length) yield at === 0 ? piece : piece.slice(at)
  }
}

/** The position after the line with this number, or the end. */
export function endOfLine(text: string, line: number): number {
  const ends = /\r\n|\n|\r/g
  for (let count = 0; count < line; count++) if (!ends.exec(text)) return text.length
  return ends.lastIndex
}

/** A line of a text. */
export interface Line {
  readonly number: number
  readonly text: string
}

/** The most characters of a line that is held in memory. */
const maxLine = 2 ** 26

/** Splits the text of a source in pieces into lines, without their ends. Throws `DataError` for a line of more than 2^26 characters. */
export async function* linesOf(pieces: AsyncIterable<string>, name: string): AsyncGenerator<readonly Line[]> {
  let number = 1
  let rest: string[] = []
  let length = 0
  let afterReturn = false
  for await (const piece of pieces) {
    const lines: Line[] = []
    let at = afterReturn && piece.startsWith('\n') ? 1 : 0
    afterReturn = false
    const ends = /\r\n|\n|\r/g
    ends.lastIndex = at
    for (let end = ends.exec(piece); end; end = ends.exec(piece)) {
      rest.push(piece.slice(at, end.index))
      lines.push({ number: number++, text: rest.length === 1 ? rest[0]! : rest.join('') })
      rest = []
      length = 0
      at = ends.lastIndex
      if (at === piece.length && end[0] === '\r') afterReturn = true
    }
    if (at < piece.length) {
      rest.push(piece.slice(at))
      length += piece.length - at
      if (length > maxLine)
        throw new DataError(
          `${name}, line ${number}: has more than 64 Mi characters, so the file has no lines for rows.`,
        )
    }
    if (lines.length > 0) yield lines
  }
  if (rest.length > 0) yield [{ number, text: rest.join('') }]
}
