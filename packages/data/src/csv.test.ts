import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type CsvOptions, readCsv } from './read-csv.ts'
import { toCsv } from './to-csv.ts'

const columns = { age: 'number', label: 'integer', city: ['Oslo', 'Rome'], flag: 'boolean', note: 'string' } as const
const text = 'note,age,label,city,flag,unused\nhi,31.5,-2,Rome,true,x\n"a, ""b""\nc",4e-1,7,Oslo,0,y\n'

describe('readCsv', () => {
  it('gives typed columns, a matrix and rows', async () => {
    const table = await readCsv(text, { columns })
    expect(table.rowCount).toBe(2)
    expect(table.columns).toEqual({
      age: { data: new Float32Array([31.5, 0.4]), shape: [2], dtype: 'float32' },
      label: { data: new Int32Array([-2, 7]), shape: [2], dtype: 'int32' },
      city: { data: new Int32Array([1, 0]), shape: [2], dtype: 'int32' },
      flag: { data: new Uint8Array([1, 0]), shape: [2], dtype: 'bool' },
      note: ['hi', 'a, "b"\nc'],
    })
    expect(table.matrix(['city', 'label'])).toEqual({
      data: new Float32Array([1, -2, 0, 7]),
      shape: [2, 2],
      dtype: 'float32',
    })
    expect(table.rows()[1]).toEqual({ age: Math.fround(0.4), label: 7, city: 0, flag: 0, note: 'a, "b"\nc' })
    expect(() => table.matrix(['note'])).toThrow("the column 'note' holds texts")
    expect(() => table.matrix(['aeg' as 'age'])).toThrow("Did you mean 'age'?")
  })

  it('reads the same from texts, pieces and bytes', async () => {
    const whole = await readCsv(text, { columns })
    const bytes = new TextEncoder().encode(
      `\ufeff${text.replaceAll('\n', '\r\n').replace('hi', 'größe').replaceAll('"b""\r\n', '"b""\n')}`,
    )
    const single = (async function* () {
      for (const byte of bytes) yield Uint8Array.of(byte)
    })()
    const read = await readCsv(single, { columns })
    expect(read.columns.note).toEqual(['größe', 'a, "b"\nc'])
    expect(read.columns.age).toEqual(whole.columns.age)
    expect((await readCsv([...text], { columns })).columns).toEqual(whole.columns)
    expect((await readCsv({ text }, { columns })).columns).toEqual(whole.columns)
  })

  /** Pieces without an end, which count how many were read. */
  function endless(piece: string): { pieces: Iterable<string>; read(): number } {
    let count = 0
    const pieces = (function* () {
      for (;;) {
        count++
        yield piece
      }
    })()
    return { pieces, read: () => count }
  }

  it.each([
    [
      'a quote that is never closed',
      '1,2\n"3',
      '1,2\n',
      'line 3: a quote that begins here is never closed, or not within',
    ],
    ['a cell without an end', '1,2\n', '\0'.repeat(1000), 'line 3: a cell has more than 1048576 characters'],
    ['a line without an end', '1,2\n', ',,,,,,,'.repeat(1000), 'line 3: has more than 1048576 cells'],
    ['lines of which all are wrong', '', 'x\n'.repeat(1000), 'and at least'],
  ])('gives up on %s', async (_, start, piece, message) => {
    const { pieces, read } = endless(piece)
    const source = (function* () {
      yield `a,b\n${start}`
      yield* pieces
    })()
    await expect(readCsv(source, { columns: { a: 'number' } })).rejects.toThrow(message)
    expect(read() * piece.length).toBeLessThan(2 ** 24)
  })

  it('reads only the first lines if `rows` is given', async () => {
    const { pieces, read } = endless('1,2\n3,4\n"')
    const table = await readCsv(pieces, { columns: { a: 'number', b: 'integer' }, header: false, rows: 2 })
    expect([table.rowCount, table.columns.b.data, read()]).toEqual([2, Int32Array.of(2, 4), 1])
    await expect(readCsv('a\n1\n', { columns: { a: 'number' }, rows: 0 })).rejects.toThrow(
      "'rows' must be a positive whole",
    )
  })

  it('reads files', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'gradus-csv-'))
    const path = join(folder, 'data.csv')
    await writeFile(path, 'a\n1\nx\n')
    await expect(readCsv(path, { columns: { a: 'number' } })).rejects.toThrow(
      `${path} cannot be used:\n  line 3: column 'a' is "x"; expected a finite number`,
    )
    await expect(readCsv(join(folder, 'none.csv'), { columns: { a: 'number' } })).rejects.toThrow(
      'it does not exist. Check the path',
    )
    await writeFile(path, Uint8Array.of(97, 10, 0xff, 10))
    await expect(readCsv({ path }, { columns: { a: 'string' } })).rejects.toThrow('is not UTF-8 text')
    await expect(readCsv({ path }, { columns: { a: 'number' }, name: 'the data' })).rejects.toThrow(
      'the data is not UTF-8',
    )
    await rm(folder, { recursive: true })
  })

  it('reads other delimiters, lines without a header, and CR line ends', async () => {
    const table = await readCsv('1;2\r3;4\r', {
      columns: { a: 'integer', b: 'integer' },
      header: false,
      delimiter: ';',
    })
    expect(table.rows()).toEqual([
      { a: 1, b: 2 },
      { a: 3, b: 4 },
    ])
    const blank = await readCsv('a\n\n1\n\n2', { columns: { a: 'float64' } })
    expect(blank.columns.a).toEqual({ data: new Float64Array([1, 2]), shape: [2], dtype: 'float64' })
  })

  const one = { columns: { a: 'number' } } as const
  it.each<[string, string, CsvOptions<{ a: 'number' }>, string]>([
    ['an empty file', '', one, 'The CSV text is empty. Give it a header'],
    ['a header alone', 'a,b\n', one, 'has a header and no lines after it'],
    ['a missing column', 'aa,b\n1,2\n', one, "line 1: there is no column 'a'. (known: aa, b)"],
    ['a wrong delimiter', 'a;b\n1;2\n', one, 'set delimiter: ";"'],
    ['a column twice', 'a,a\n1,2\n', one, "the column 'a' occurs twice"],
    ['an empty cell', 'a,b\n1,2\n ,3\n', one, "line 3: column 'a' is empty; expected a finite number"],
    ['NaN', 'a,b\nNaN,3\n', one, 'line 2: column \'a\' is "NaN"; expected a finite number'],
    ['a number that is too large', 'a,b\n1e39,3\n', one, 'is "1e39"; expected a finite number'],
    ['hexadecimal', 'a,b\n0x10,3\n', one, 'is "0x10"'],
    ['too few cells', 'a,b\n1\n', one, 'line 2: has 1 cells; expected 2, as many as the header'],
    ['too many cells', '1,2\n', { ...one, header: false }, "has 2 cells; expected 1, as many as 'columns'"],
    ['an open quote', 'a\n1\n"2\n3\n', one, 'line 3: a quote that begins here is never closed'],
    ['an open quote within a line', 'a\n"1\n"\n2\n"\n\n', one, 'line 5: a quote that begins here is never closed'],
    ['text after a quote', 'a,b\n"1"x,2\n', one, "line 2: a quoted cell is followed by 'x'"],
    [
      'a wrong description',
      'a\n1\n',
      { columns: { a: 'nubmer' as 'number' } },
      "the column 'a' is \"nubmer\"; expected 'number'",
    ],
    ['no description', 'a\n1\n', { columns: {} as { a: 'number' } }, "'columns' lists no columns"],
    ['a long delimiter', 'a\n1\n', { ...one, delimiter: '||' }, "'delimiter' must be one character"],
  ])('refuses %s', async (_, source, options, message) => {
    await expect(readCsv({ text: source }, options)).rejects.toThrow(message)
  })

  it('lists problems of all kinds with their lines, also after quoted line ends', async () => {
    const bad = 'age,label,city,flag,note\n1,1,Rome,1,"x\ny"\n1,1.5,Bonn,maybe,z\n'
    await expect(readCsv(bad, { columns })).rejects.toThrow(
      'The CSV text cannot be used:\n  line 4: column \'label\' is "1.5"; expected a whole number of at most 32 bits\n' +
        "  line 4: column 'city' is \"Bonn\"; expected one of 'Oslo', 'Rome'\n  line 4: column 'flag' is \"maybe\"; expected true, false, 1 or 0",
    )
    await expect(readCsv(`a\n${'x\n'.repeat(25)}`, one)).rejects.toThrow('and 15 more')
  })
})

describe('toCsv', () => {
  it('writes text that readCsv reads', async () => {
    const table = await readCsv(text, { columns })
    const written = toCsv({ ...table.columns, city: ['Rome', 'Oslo'] })
    expect((await readCsv(written, { columns })).columns).toEqual(table.columns)
    expect(toCsv({ a: [1, 2], b: new Float32Array([0.5, -1]) }, { delimiter: ';' })).toBe('a;b\n1;0.5\n2;-1\n')
  })

  it('refuses columns that do not fit', () => {
    expect(() => toCsv({ a: [1], b: [1, 2] })).toThrow("The column 'b' has 2 values and 'a' has 1")
    expect(() => toCsv({ a: { data: new Float32Array(4), shape: [2, 2], dtype: 'float32' } })).toThrow(
      'has 2 dimensions',
    )
  })
})
