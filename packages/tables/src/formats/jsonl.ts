import { ConfigError, DataError, isPlainObject } from '@gradus/core'
import type { Cell } from '../cell.ts'
import type { TableChunk, TableSource } from '../source.ts'
import type { TableFormat, TableInput, TableOptions } from './format.ts'
import { beginsWithin, beginsWithRows } from './json/first-lines.ts'
import { ColumnNames, flatten, requireShallow } from './json/flatten.ts'
import { listColumns } from './json/list-columns.ts'
import { parsedLines } from './json/parsed-lines.ts'
import { ChunkBuilder } from './text/chunk-builder.ts'
import { type Encoding, readSample } from './text/decode.ts'

/** The number of characters that are searched for the names of columns. */
const searched = 2 ** 25

/** JSON in lines: an object or a list for each row. Nested objects become columns such as `a.b`. */
export const jsonl: TableFormat = {
  name: 'jsonl',
  title: 'a JSONL file',
  extensions: ['.jsonl', '.ndjson', '.jsonlines', '.ldjson'],
  options: ['header', 'encoding', 'skip'],
  isText: true,
  certainty: (start) => (beginsWithRows(new TextDecoder().decode(start)) ? 0.4 : 0),
  contradicts: (start) => beginsWithin(new TextDecoder().decode(start)),
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
  const { names, hasHeader, notes: found } = listColumns(input.name, lists, options.header)
  notes.push(...found)
  return { names, skipsFirst: hasHeader }
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

function kindOf(value: unknown): string {
  return Array.isArray(value) ? 'a list' : isPlainObject(value) ? 'an object' : 'a value'
}

function requireKind(name: string, line: number, kind: string, value: unknown): void {
  if (kindOf(value) === kind) return
  throw new DataError(
    `${name}, line ${line}: ${kindOf(value)}, and the first line is ${kind}. Give each line the same form.`,
  )
}
