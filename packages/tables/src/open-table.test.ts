import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { ConfigError, DataError } from '@gradus/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { zip } from '../../datasets/src/testing/archives.ts'
import recorded from './formats/recorded/files.json' with { type: 'json' }
import { tableFormats } from './formats/table-formats.ts'
import { readTable } from './formats/testing/read.ts'
import type { TableFrom } from './input.ts'
import { openTable } from './open-table.ts'

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gradus-tables-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function file(path: string, content: string | Uint8Array): Promise<string> {
  const full = join(folder, path)
  await mkdir(dirname(full), { recursive: true })
  await writeFile(full, content)
  return full
}

const encode = (text: string) => new TextEncoder().encode(text)
const csv = 'a,b\n1,x\n2,y\n'
const rows = [
  ['1', 'x'],
  ['2', 'y'],
]

describe('sources', () => {
  it('are paths, bytes, blobs, texts and streams', async () => {
    const path = await file('plain.csv', csv)
    const sources: TableFrom[] = [
      path,
      { path },
      csv,
      { text: csv },
      encode(csv),
      encode(csv).buffer,
      new Blob([csv]),
      new File([csv], 'x.csv'),
      Readable.from([encode('a,b\n1,'), encode('x\n2,y\n')]),
      new Blob([csv]).stream() as never,
    ]
    for (const source of sources) expect((await readTable(source)).rows).toEqual(rows)
  })

  it('may be compressed', async () => {
    const path = await file('packed.csv.gz', gzipSync(csv))
    expect((await readTable(path)).rows).toEqual(rows)
    expect((await readTable(new Uint8Array(gzipSync(Buffer.from(recorded.npy.f4, 'base64'))))).rows).toEqual([
      [0.5],
      [1.25],
    ])
    expect((await readTable(new Uint8Array(gzipSync(Buffer.from(recorded.parquet.none, 'base64'))))).rows).toHaveLength(
      3,
    )
    const damaged = gzipSync(csv.repeat(1000)).subarray(0, 40)
    await expect(readTable(new Uint8Array(damaged), { name: 'x.gz' })).rejects.toThrow('x.gz is damaged or incomplete')
  })

  it('that cannot be read are said with the reason', async () => {
    const path = await file('penguins.csv', csv)
    await expect(openTable(`${path}x`)).rejects.toThrow(
      "penguins.csvx' cannot be read: it does not exist. Did you mean 'penguins.csv'?",
    )
    await expect(openTable(join(path, 'x.csv'))).rejects.toThrow('a part of the path is a file')
    await expect(openTable('https://example.org/x.csv')).rejects.toThrow('Download the file first')
    await expect(openTable(7 as never)).rejects.toThrow(ConfigError)
    await expect(openTable(new Uint8Array())).rejects.toThrow('The table is empty')
    await expect(openTable(Readable.from([7]))).rejects.toThrow('has a piece that is 7')
    await expect(openTable(await file('blank.csv', ' \n\n'))).rejects.toThrow('blank.csv is empty')
  })
})

describe('recognition', () => {
  it('by the first bytes, where the name says nothing or another thing', async () => {
    const npy = new Uint8Array(Buffer.from(recorded.npy.f4, 'base64'))
    expect((await readTable(await file('array.csv', npy))).rows).toEqual([[0.5], [1.25]])
    expect((await readTable(await file('noname', csv))).rows).toEqual(rows)
    expect((await readTable(await file('rows', '[{"a":1}]'))).rows).toEqual([[1]])
  })

  it('of text files with tables in them', async () => {
    expect((await readTable(await file('table.txt', 'a\tb\n1\tx\n2\ty\n'))).rows).toEqual(rows)
    const texts = await readTable(await file('lines.txt', 'Hello, world\n\nOne more line.\n'))
    expect([texts.columns, texts.rows, texts.places]).toEqual([
      ['text'],
      [['Hello, world'], ['One more line.']],
      ['line 1', 'line 3'],
    ])
    expect((await readTable(await file('table.txt', 'a\tb\n1\tx\n'), { format: 'text' })).rows).toEqual([
      ['a\tb'],
      ['1\tx'],
    ])
  })

  it.each([
    [
      'book.xlsx',
      'PK\x03\x04\x14\0\x06\0\x08\0\0\0!\0xxxxxxxxxxxx\x13\0\x08\x02[Content_Types].xml',
      'is an Excel workbook, which is not read as a table. Open it in Excel or LibreOffice and save the sheet as CSV',
    ],
    ['old.xls', '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1', 'is an old Excel workbook'],
    ['table.feather', 'ARROW1\0\0', 'is an Arrow or Feather file'],
    [
      'data.db',
      'SQLite format 3\0',
      'is a SQLite database, which is not read as a table. Write the table as CSV: sqlite3',
    ],
    ['paper.csv', '%PDF-1.7\n', 'is a PDF document'],
    ['page.csv', '<!DOCTYPE html><html>', 'is an HTML page, as servers send for errors'],
    ['model.pkl', '\x80\x04\x95\0', 'is a pickle of Python'],
    ['big.csv', 'version https://git-lfs.github.com/spec/v1\noid', 'is a pointer of Git LFS'],
    ['iris.arff', '% title\n@RELATION iris\n', 'is an ARFF file'],
    ['x.csv.bz2', 'BZh91AY&SY', 'is a file compressed by bzip2'],
    ['cat.png', '\x89PNG\r\n\x1a\n', 'is an image'],
    ['x.dta', '\x73\x02\x01', 'is a Stata file'],
    ['junk', '\x01\x02\x00\x00\x03', 'is of no known format: it begins with the bytes 01 02 00 00 03'],
  ])('of %s, which is not read', async (name, start, message) => {
    const path = await file(
      name,
      Uint8Array.from(start, (c) => c.charCodeAt(0)),
    )
    await expect(openTable(path)).rejects.toThrow(message)
    await expect(openTable(path)).rejects.toThrow(DataError)
  })

  it('no two formats have the same ending', () => {
    const endings = tableFormats().flatMap(({ extensions, folderOf }) => [...extensions, ...(folderOf ?? [])])
    expect(new Set(endings.filter((ending) => ending !== '.txt')).size).toBe(
      endings.filter((ending) => ending !== '.txt').length,
    )
  })
})

describe('zip archives', () => {
  it('with one table are read, and of several one by its name', async () => {
    const one = [
      { name: 'readme.html', data: encode('<p>') },
      { name: '__MACOSX/data.csv', data: encode('junk') },
      { name: 'data/data.csv', data: encode(csv) },
    ]
    for (const isPacked of [false, true]) {
      const table = await readTable(await file('one.zip', zip(one, isPacked)))
      expect(table.rows).toEqual(rows)
    }
    const several = zip([...one, { name: 'test.json', data: encode('{"a":{"rows":[{"b":1}]},"c":[{"d":2}]}') }], true)
    await expect(openTable(several)).rejects.toThrow(
      "holds 2 tables. Say which with within: 'data/data.csv' (known: data/data.csv, test.json)",
    )
    expect((await readTable(several, { within: 'data/data.csv' })).rows).toEqual(rows)
    await expect(openTable(several, { within: 'data/dato.csv' })).rejects.toThrow("Did you mean 'data/data.csv'?")
    const nested = zip([{ name: 'x.json', data: encode('{"a":{"rows":[{"b":1}]},"c":[{"d":2}]}') }], true)
    expect((await readTable(nested, { within: 'a.rows' })).rows).toEqual([[1]])
    await expect(openTable(zip([{ name: 'x.exe', data: encode('x') }], true))).rejects.toThrow('is a zip archive')
  })
})

describe('IDX files', () => {
  const images = Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 1, 2, 3, 4)
  const labels = Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 7, 9)
  const expected = [
    [{ data: Uint8Array.of(1, 2), shape: [1, 2] }, 7],
    [{ data: Uint8Array.of(3, 4), shape: [1, 2] }, 9],
  ]

  it('of images and labels find each other', async () => {
    const path = await file('mnist/t10k-images-idx3-ubyte', images)
    expect((await readTable(path)).columns).toEqual(['image'])
    const other = await file('mnist/t10k-labels-idx1-ubyte', labels)
    for (const one of [path, other]) {
      const { columns, rows: cells } = await readTable(one)
      expect([columns, cells]).toEqual([['image', 'label'], expected])
    }
    const packed = await file('packed/train-images.idx3-ubyte.gz', gzipSync(images))
    await file('packed/train-labels.idx1-ubyte.gz', gzipSync(labels))
    expect((await readTable(packed)).rows).toEqual(expected)
    await file('odd/train-labels-idx1-ubyte', Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 1, 7))
    await expect(openTable(await file('odd/train-images-idx3-ubyte', images))).rejects.toThrow('has 2 rows, and')
  })
})

describe('folders', () => {
  it('of images by class', async () => {
    for (const path of ['cat/1.png', 'cat/deep/2.JPG', 'dog/3.png', '.hidden/4.png', 'readme.md', 'loose.png'])
      await file(`pets/${path}`, 'x')
    const pets = join(folder, 'pets')
    const { columns, rows: cells, notes } = await readTable(`${pets}/`)
    expect(columns).toEqual(['image', 'label'])
    expect(cells).toEqual([
      [`${pets}/cat/1.png`, 'cat'],
      [`${pets}/cat/deep/2.JPG`, 'cat'],
      [`${pets}/dog/3.png`, 'dog'],
    ])
    expect(notes).toEqual([
      'The folders are the classes: cat, dog.',
      '1 file outside these folders is left out.',
      "A file of another kind is left out: 'readme.md'.",
    ])
    await file('flat/1.png', 'x')
    expect((await readTable(join(folder, 'flat'))).columns).toEqual(['image'])
  })

  it('of texts by class', async () => {
    await file('reviews/pos/1.txt', 'good é')
    await file('reviews/neg/1.txt', Buffer.from('bad é', 'latin1'))
    expect((await readTable(join(folder, 'reviews'))).rows).toEqual([
      ['bad é', 'neg'],
      ['good é', 'pos'],
    ])
  })

  it('of pages, and of other files', async () => {
    const handle = (name: string, path: string) => Object.assign(new File(['x'], name), { webkitRelativePath: path })
    const picked = await openTable([handle('1.png', 'pets/cat/1.png'), handle('2.png', 'pets/dog/2.png')] as never)
    for await (const { columns } of picked.chunks()) {
      expect(columns[0]).toMatchObject([{ path: 'cat/1.png' }, { path: 'dog/2.png' }])
      expect(columns[1]).toEqual(['cat', 'dog'])
    }
    await file('tables/a.csv', csv)
    await expect(openTable(join(folder, 'tables'))).rejects.toThrow(
      "has no images and no text files. It has 'a.csv': give the path of one of them.",
    )
    await expect(openTable(join(folder, 'tables'), { format: 'csv' })).rejects.toThrow(
      "is a folder, and the format 'csv' reads a file",
    )
    await expect(openTable(csv, { format: 'images' })).rejects.toThrow("the format 'images' reads a folder of images")
  })
})

describe('the same small table in every format of rows', () => {
  const expected = [
    ['1', 'x'],
    ['2', 'y'],
  ]
  it.each([
    ['t.csv', csv],
    ['t.tsv', csv.replaceAll(',', '\t')],
    ['t.ssv', csv.replaceAll(',', '  ')],
    ['t.json', '[{"a":1,"b":"x"},{"a":2,"b":"y"}]'],
    ['t.jsonl', '{"a":1,"b":"x"}\n{"a":2,"b":"y"}\n'],
    ['lists.jsonl', '["a","b"]\n[1,"x"]\n[2,"y"]\n'],
    ['columns.json', '{"a":[1,2],"b":["x","y"]}'],
  ])('%s', async (name, text) => {
    for (const content of [encode(text), gzipSync(text)]) {
      const table = await readTable(await file(`same/${name}`, content))
      expect(table.columns).toEqual(['a', 'b'])
      expect(table.rows.map((row) => row.map(String))).toEqual(expected)
      const limited = await readTable(join(folder, `same/${name}`), { rows: 1 })
      expect(limited.rows.map((row) => row.map(String))).toEqual(expected.slice(0, 1))
    }
  })
})
