import { ConfigError, DataError, isPlainObject } from '@gradus/core'
import type { Cell } from '../cell.ts'
import type { TableChunk, TableSource } from '../source.ts'
import type { TableFormat, TableInput, TableOptions } from './format.ts'
import { ColumnNames, flatten, requireShallow, textsOf } from './json/flatten.ts'
import { parseJson } from './json/parse.ts'
import { ChunkBuilder } from './text/chunk-builder.ts'
import { type Encoding, readSample, textPieces } from './text/decode.ts'
import { hasHeader, uniqueNames } from './text/header.ts'
import { type Line, linesOf, withoutLines } from './text/lines.ts'

/** The number of characters that are searched for the names of columns. */
const searched = 2 ** 25

/** JSON in lines: an object or a list for each row. Nested objects become columns such as `a.b`. */
export const jsonl: TableFormat = {
  name: 'jsonl',
  title: 'a JSONL file',
  extensions: ['.jsonl', '.ndjson', '.jsonlines', '.ldjson'],
  options: ['header', 'encoding', 'skip'],
  matches: (start) => startsWithRows(new TextDecoder().decode(start)),
  async open(input, options): Promise<TableSource> {
    const { encoding } = await readSample(input, options.encoding)
    const notes = encoding.note ? [encoding.note] : []
    const shape = await findColumns(input, encoding, options, notes)
    return {
      name: input.name,
      columns: shape.names,
      notes,
      chunks: () => readRows(input, encoding, shape, options.skip ?? 0, notes),
    }
  },
}

/** Whether a text begins with two lines that are JSON, each by itself. */
export function startsWithRows(start: string): boolean {
  const [first, second = ''] = start
    .replace(/^\ufeff/, '')
    .trimStart()
    .split(/\s*[\r\n]\s*/, 2)
  return isRow(first!) && /^\s*[[{]/.test(second)
}

/** Whether the first line of a text is not JSON by itself, so that it has no rows in lines. */
export function startsWithin(start: string): boolean {
  const [first, ...others] = start
    .replace(/^\ufeff/, '')
    .trimStart()
    .split(/\r\n|\n|\r/, 2)
  return others.length > 0 && !isRow(first!)
}

function isRow(line: string): boolean {
  if (!/^[[{]/.test(line)) return false
  try {
    JSON.parse(line)
    return true
  } catch {
    return false
  }
}

/** The error for a line that is too long. */
export function tooLongLine(name: string): (line: number) => DataError {
  return (line) =>
    new DataError(`${name}, line ${line}: has more than 64 Mi characters, so the file has no lines for rows.`)
}

interface RowShape {
  readonly names: readonly string[]
  /** Of objects. */
  readonly columns?: ColumnNames
  /** Of lists: whether the first is the header. */
  readonly skipsFirst: boolean
}

async function findColumns(
  input: TableInput,
  encoding: Encoding,
  options: TableOptions,
  notes: string[],
): Promise<RowShape> {
  const columns = new ColumnNames(input.name)
  const lists: unknown[][] = []
  let [length, kind] = [0, '']
  for await (const lines of parsedLines(input, encoding, options.skip ?? 0, [])) {
    for (const { number, value, size } of lines) {
      kind ||= kindOf(value)
      requireKind(input.name, number, kind, value)
      if (Array.isArray(value)) {
        if (lists.length < 1000) lists.push(value)
      } else columns.add(isPlainObject(value) ? value : { value }, `line ${number}`)
      length += size
    }
    if (length > searched || (kind === 'a list' && lists.length >= 1000)) break
  }
  if (kind === '') throw new DataError(`${input.name} is empty. Give it a JSON object in each line.`)
  if (kind !== 'a list') {
    if (options.header !== undefined)
      throw new ConfigError(`${input.name}: its rows are objects, which have names, so 'header' does not apply.`)
    if (columns.size === 0) throw new DataError(`${input.name} holds objects without values.`)
    return { names: columns.names, columns, skipsFirst: false }
  }
  return listShape(input.name, lists, options, notes)
}

function listShape(name: string, lists: readonly unknown[][], { header }: TableOptions, notes: string[]): RowShape {
  const texts = textsOf(lists)
  const first = lists[0]!
  if (Array.isArray(header)) {
    if (header.length !== first.length)
      throw new ConfigError(`${name}: 'header' lists ${header.length} names, and the rows have ${first.length} cells.`)
    return { names: uniqueNames(header).names, skipsFirst: false }
  }
  if (first.length === 0) throw new DataError(`${name} holds empty lists.`)
  if (header ?? (first.every((cell) => typeof cell === 'string') && hasHeader(texts)))
    return { names: uniqueNames(texts[0]!).names, skipsFirst: true }
  notes.push(`The rows have no header, so the columns are c0 to c${first.length - 1}.`)
  return { names: first.map((_, i) => `c${i}`), skipsFirst: false }
}

async function* readRows(
  input: TableInput,
  encoding: Encoding,
  { names, columns, skipsFirst }: RowShape,
  skip: number,
  notes: string[],
): AsyncGenerator<TableChunk> {
  const rows = new ChunkBuilder(names.length, 'line')
  const kind = columns ? '' : 'a list'
  let isFirst = skipsFirst
  let row = 0
  const set = (name: string, cell: Cell) => {
    const index = columns!.indexOf(name)
    if (index !== undefined) rows.columns[index]![row] = cell
    else {
      const note = 'Names that occur for the first time after the first 32 Mi characters are left out.'
      if (!notes.includes(note)) notes.push(note)
    }
  }
  for await (const lines of parsedLines(input, encoding, skip, notes)) {
    for (const { number, value } of lines) {
      if (kind) requireKind(input.name, number, kind, value)
      if (isFirst) {
        isFirst = false
        continue
      }
      for (const cell of Array.isArray(value) ? value : []) requireShallow(cell, `${input.name}, line ${number}`)
      if (columns) {
        for (const column of rows.columns) column.push(undefined)
        if (isPlainObject(value)) {
          flatten(value, (name, cell) => {
            requireShallow(cell, `${input.name}, line ${number}`)
            set(name, cell)
          })
        } else if (Array.isArray(value))
          throw new DataError(`${input.name}, line ${number}: a list, and the lines before it are objects.`)
        else set('value', value as Cell)
      } else {
        const cells = value as readonly Cell[]
        if (cells.length !== names.length)
          throw new DataError(
            `${input.name}, line ${number}: has ${cells.length} cells; expected ${names.length}, as many as the first line.`,
          )
        for (let column = 0; column < names.length; column++) rows.columns[column]!.push(cells[column])
      }
      row++
      if (rows.endRow(number)) {
        yield rows.take()
        row = 0
      }
    }
  }
  if (!rows.isEmpty) yield rows.take()
}

async function* parsedLines(input: TableInput, encoding: Encoding, skip: number, notes: string[]) {
  const text = textPieces(input, encoding, notes)
  for await (const lines of linesOf(withoutLines(text, skip), tooLongLine(input.name))) {
    yield lines.filter(({ text: line }) => line.trim() !== '').map((line) => parsedLine(line, skip, input.name, notes))
  }
}

function parsedLine({ number, text }: Line, skip: number, name: string, notes: string[]) {
  const line = number + skip
  try {
    return { number: line, value: JSON.parse(text) as unknown, size: text.length }
  } catch {
    const { value, hasNaN } = parseJson(text, `${name}, in line ${line}`)
    const note = 'NaN and infinities in the file are missing values.'
    if (hasNaN && !notes.includes(note)) notes.push(note)
    return { number: line, value, size: text.length }
  }
}

function kindOf(value: unknown): string {
  return Array.isArray(value) ? 'a list' : isPlainObject(value) ? 'an object' : 'a value'
}

function requireKind(name: string, line: number, kind: string, value: unknown): void {
  if (kindOf(value) === kind) return
  throw new DataError(
    `${name}, line ${line}: ${kindOf(value)}, and the first line is ${kind}. Give each line the same form.`,
  )
}
