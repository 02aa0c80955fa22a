import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { openTable } from '@gradus/tables'
import fc from 'fast-check'
import { zip } from '../../../../packages/datasets/src/testing/archives.ts'
import { hostile } from '../hostile.ts'
import { type Loader, loader } from '../loader.ts'
import { mutatedBytes } from '../mutate-bytes.ts'
import { jsonCases } from '../mutate-json.ts'

type Recorded = Readonly<Record<'parquet' | 'npy' | 'npz', Readonly<Record<string, string>>>>

const path = new URL('../../../../packages/tables/src/formats/recorded/files.json', import.meta.url)
const recorded = JSON.parse(readFileSync(path, 'utf8')) as Recorded
const files = (name: keyof Recorded) =>
  Object.values(recorded[name]).map((text) => Uint8Array.from(Buffer.from(text, 'base64')))
const texts = (list: readonly string[]) => list.map((text) => new TextEncoder().encode(text))

const csvFiles = texts([
  'age,city,x\n31,Rome,0.5\n4,"Oslo, ""N"" ",1e3\n',
  '\ufeffDate;"T";;\r\n10/03/2004;2,6;;\r\n;;;\r\n11/03/2004;13,6;;\r\n',
  'ham\t"Hello she said\nspam\tFree entry\n',
  '# made by hand\n#a b\n 1   2\n 3   4\n',
  '5.1|3.5|Iris-setosa\n7.0|3.2|Iris-versicolor\n',
])
const jsonFiles = [
  [
    { age: 1, place: { lat: 1.5, of: { name: 'a' } } },
    { age: null, tags: [1, 2] },
  ],
  [
    ['a', 'b'],
    [1, 'x'],
    [2, 'y'],
  ],
  { a: [1, 2], b: ['x', 'y'] },
  { a: { 0: 1, 1: 2 }, b: { 0: 'x', 1: 'y' } },
  { meta: { count: 2 }, data: [{ a: 1 }, { a: 2 }] },
  { columns: ['a', 'b'], index: [0], data: [[1, 2]] },
]
const idxFiles = [
  Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 2, 1, 2, 3, 4),
  Uint8Array.of(0, 0, 13, 1, 0, 0, 0, 1, 63, 128, 0, 0),
]

/** Reads all rows, and the cells as users do. */
async function readAll(...[from, options]: Parameters<typeof openTable>): Promise<void> {
  const table = await openTable(from, options)
  for await (const { rowCount, columns, place } of table.chunks()) {
    if (columns.length !== table.columns.length) throw new Error('another number of columns than names')
    if (columns.some(({ length }) => length !== rowCount)) throw new Error('a column of another length')
    place(rowCount - 1)
  }
}

const fileLoader = (format: string, cases: fc.Arbitrary<Uint8Array>): Loader =>
  loader({
    name: `a table in ${format}`,
    covers: [format],
    cases: fc.tuple(cases, fc.boolean()),
    // recognized by the bytes, or read as this format whatever they are
    read: ([bytes, isNamed]) => readAll(bytes, isNamed ? { format } : {}),
  })

export const csvTable = fileLoader('csv', mutatedBytes(csvFiles))
export const textTable = fileLoader('text', mutatedBytes(csvFiles))
export const jsonTable = fileLoader(
  'json',
  mutatedBytes(texts(jsonFiles.map((value) => JSON.stringify(value, null, 1)))),
)
export const jsonlTable = fileLoader(
  'jsonl',
  mutatedBytes(texts(['{"a":1,"b":{"c":"x"}}\n{"a":2,"d":[1]}\n', '["a","b"]\r\n[1,"x"]\r\n'])),
)
export const parquetTable = fileLoader('parquet', mutatedBytes(files('parquet')))
export const npyTable = fileLoader('npy', mutatedBytes(files('npy')))
export const npzTable = fileLoader('npz', mutatedBytes(files('npz')))
export const idxTable = fileLoader('idx', mutatedBytes(idxFiles))
export const gzipTable = loader({
  name: 'a table compressed by gzip',
  covers: [],
  cases: mutatedBytes(
    [...csvFiles, ...idxFiles, ...files('parquet').slice(0, 1)].map((bytes) => new Uint8Array(gzipSync(bytes))),
  ),
  read: (bytes) => readAll(bytes),
})

export const zipTable = loader({
  name: 'a table in a zip archive',
  covers: [],
  cases: mutatedBytes([false, true].map((isPacked) => zip([{ name: 'a.csv', data: csvFiles[0]! }], isPacked))),
  read: (bytes) => readAll(bytes),
})

export const jsonValueTable = loader({
  name: 'values of JSON as a table',
  covers: [],
  cases: jsonCases(jsonFiles),
  read: (value) => readAll({ text: jsonText(value) }, { format: 'json' }),
})

function jsonText(value: unknown): string {
  try {
    return JSON.stringify(value) ?? 'null'
  } catch {
    return `${'['.repeat(5000)}${']'.repeat(5000)}`
  }
}

const option = fc.oneof(
  hostile,
  fc.constantFrom<unknown>(',', ';', '\t', 'whitespace', true, false, '"', '#', 'utf-16le', 1, 2, ['a', 'b', 'c']),
)

export const tableOptions = loader({
  name: 'options of openTable',
  covers: ['openTable'],
  cases: fc.tuple(
    fc.oneof({ weight: 4, arbitrary: fc.constantFrom<unknown>(...csvFiles) }, { weight: 1, arbitrary: hostile }),
    fc.oneof(
      fc.dictionary(
        fc.constantFrom(
          'delimiter',
          'header',
          'decimal',
          'quote',
          'encoding',
          'comment',
          'skip',
          'rows',
          'format',
          'within',
          'name',
        ),
        option,
        { maxKeys: 3 },
      ),
      hostile,
    ),
  ),
  read: ([from, options]) => readAll(from as Uint8Array, options as object),
})

const cells = fc.oneof(
  fc.stringMatching(/^[a-z0-9 ,;"'\n\r|\t#.]{0,6}$/),
  fc.constantFrom('', '"', '1,5', '1.234', '2020-01-02', 'true', '#', '\u0000', 'é'),
)

/** Rows of any cells, by any delimiter, with any line end. */
export const rowsTable = loader({
  name: 'delimited text of any form',
  covers: [],
  cases: fc.tuple(
    fc.array(fc.array(cells, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 8 }),
    fc.constantFrom(',', ';', '\t', '|', '  '),
    fc.constantFrom('\n', '\r\n', '\r'),
  ),
  read: ([rows, delimiter, end]) => readAll({ text: rows.map((row) => row.join(delimiter)).join(end) }),
})
