import { DataError } from '@gradus/core'
import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { readCsv } from 'gradus'
import { hostile } from '../hostile.ts'
import { loader } from '../loader.ts'
import { mutatedBytes } from '../mutate-bytes.ts'

const encode = (text: string) => new TextEncoder().encode(text)

const good = [
  'age,city,x,ok\n31,Rome,0.5,true\n4,Oslo,1e3,0\n',
  '\ufeffage;city;x;ok\r\n1;"a ""b"";\r\nc";2;1\r\n',
  'age,city,x,ok\r1,"Rome",2,false\r\r2,Oslo,3,1',
]

const columns = { age: 'integer', city: 'string', x: 'number', ok: 'boolean' } as const

export const csv = loader({
  name: 'CSV',
  covers: ['readCsv'],
  cases: fc.tuple(mutatedBytes(good.map(encode)), fc.constantFrom(',', ';'), fc.integer({ min: 1, max: 50 })),
  async read([bytes, delimiter, size]) {
    // in pieces, also within a character
    const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
      bytes.slice(i * size, (i + 1) * size),
    )
    return readCsv(pieces, { columns, delimiter })
  },
})

export const csvOptions = loader({
  name: 'options of readCsv',
  covers: [],
  cases: fc.tuple(
    fc.oneof(fc.constant(good[0]), hostile),
    fc.oneof(fc.record({ columns: hostile, delimiter: hostile }), fc.constant({ columns }), hostile),
  ),
  read: ([source, options]) => readCsv(source as string, options as { columns: typeof columns }),
})

const cell = fc.oneof(
  fc.stringMatching(/^[a-z0-9 ,;"'\n\r|]{0,6}$/),
  fc.constantFrom('', '""', '"', 'a"b', '"a""b"', '"a\nb"', '"a,b"', ' "a"', '\ufeff', '\u0000'),
)

/** Documents of cells that may or may not be quoted rightly. */
const documents = fc
  .tuple(
    fc.array(fc.array(cell, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 6 }),
    fc.constantFrom('\n', '\r\n', '\r'),
  )
  .map(([rows, end]) => rows.map((row) => row.join(',')).join(end) + end)

const options = { bom: true, relaxColumnCount: true, skipEmptyLines: true, recordDelimiter: ['\r\n', '\n', '\r'] }

/** The records by csv-parse: without empty lines, as here. Undefined where it refuses the text. */
function expected(text: string): string[][] | undefined {
  try {
    return parse(text, options)
  } catch {
    return undefined
  }
}

/** A quote within a cell that does not begin with one is a character here, and an error of csv-parse. */
const looseQuote = /(^|[,\r\n\ufeff])[^,"\r\n]+"/

export const compared = loader({
  name: 'CSV against csv-parse',
  covers: [],
  cases: documents,
  async read(text) {
    const reference = expected(text)
    const width = reference?.[0]?.length ?? 1
    const names = Array.from({ length: width }, (_, i) => `c${i}`)
    const table = await readCsv(
      { text },
      { columns: Object.fromEntries(names.map((name) => [name, 'string' as const])), header: false },
    ).catch((error: unknown) => error as Error)
    const even = reference !== undefined && reference.length > 0 && reference.every((row) => row.length === width)
    if (table instanceof Error) {
      if (even || !(table instanceof DataError)) throw new Error(`refused, and csv-parse reads it: ${table.message}`)
      throw table
    }
    const rows = table.rows().map((row) => names.map((name) => row[name] as string))
    if (!even && looseQuote.test(text)) return
    if (!even) throw new Error(`accepted, and csv-parse refuses it or finds other widths: ${JSON.stringify(rows)}`)
    if (JSON.stringify(rows) !== JSON.stringify(reference))
      throw new Error(`read ${JSON.stringify(rows)}, csv-parse ${JSON.stringify(reference)}`)
  },
})
