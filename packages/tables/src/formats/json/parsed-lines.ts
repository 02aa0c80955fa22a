import type { TableInput } from '../format.ts'
import { type Encoding, textPieces } from '../text/decode.ts'
import { type Line, linesOf, withoutLines } from '../text/lines.ts'
import { nonFiniteNote, parseJson } from './parse.ts'

/** A line with its value. */
export interface ParsedLine {
  readonly number: number
  readonly value: unknown
  /** The number of characters. */
  readonly size: number
}

/** The values of the lines of a text, without empty ones. Adds to `notes` what was found out. Throws `DataError` for a line that is no JSON. */
export async function* parsedLines(
  input: TableInput,
  encoding: Encoding,
  skip: number,
  notes: string[],
): AsyncGenerator<readonly ParsedLine[]> {
  const text = textPieces(input, encoding, notes)
  for await (const lines of linesOf(withoutLines(text, skip), input.name)) {
    yield lines.filter(({ text: line }) => line.trim() !== '').map((line) => parsedLine(line, skip, input.name, notes))
  }
}

function parsedLine({ number, text }: Line, skip: number, name: string, notes: string[]): ParsedLine {
  const line = number + skip
  try {
    return { number: line, value: JSON.parse(text), size: text.length }
  } catch {
    const { value, hasNaN } = parseJson(text, `${name}, in line ${line}`)
    if (hasNaN && !notes.includes(nonFiniteNote)) notes.push(nonFiniteNote)
    return { number: line, value, size: text.length }
  }
}
