import { afterEach, describe, expect, it } from 'vitest'
import { openTable } from '../open-table.ts'
import { useParquet } from './platform-parquet.ts'
import recorded from './recorded/files.json' with { type: 'json' }
import { readTable } from './testing/read.ts'

const file = (name: keyof typeof recorded.parquet) => new Uint8Array(Buffer.from(recorded.parquet[name], 'base64'))

const small = [
  [31, 'Rome', 0.5, true],
  [undefined, 'Oslo', 1.25, false],
  [4, 'Rome', undefined, true],
]

describe('Parquet', () => {
  it('is read in every compression, by groups of rows', async () => {
    for (const name of ['none', 'snappy', 'gzip', 'zstd', 'pages2'] as const) {
      const { columns, rows, places } = await readTable(file(name))
      expect(columns).toEqual(['age', 'city', 'x', 'ok'])
      expect(rows.map((row) => row.map((cell) => cell ?? undefined))).toEqual(small)
      expect(places).toEqual(['row 1', 'row 2', 'row 3'])
    }
  })

  it('has dates, decimals, integers of 64 bits, lists and groups', async () => {
    const { columns, rows } = await readTable(file('types'))
    const [first, second] = rows.map((row) => Object.fromEntries(columns.map((name, i) => [name, row[i]])))
    expect(first).toMatchObject({
      day: new Date('2020-01-02'),
      at: new Date('2001-02-03T04:05:06Z'),
      price: 1.25,
      id: 2n ** 53n + 1n,
      tags: [1, 2],
      'place.lat': 1.5,
      'place.of.name': 'a',
    })
    expect(second).toMatchObject({ price: -3.5, id: 2, tags: [] })
  })

  it('refuses damaged pages before they are decoded', async () => {
    const damaged = file('none')
    // each byte of the pages in turn is a large number
    for (let at = 4; at < 500; at++) {
      const copy = damaged.slice()
      copy.set([0xff, 0xff, 0xff, 0x7f], at)
      await readTable(copy).catch((error: Error) => expect(error.name).toMatch(/^(Format|Data)Error$/))
    }
    await expect(openTable(damaged.subarray(0, 300))).rejects.toThrow('is a damaged or unusual Parquet file')
  })
})

describe('a package that is given', () => {
  afterEach(() => useParquet(undefined as never))

  it('is used in place of an installed one', async () => {
    useParquet({
      parquetMetadataAsync: () => {
        throw new Error('parquet of mine')
      },
    })
    await expect(openTable(file('none'))).rejects.toThrow('a damaged or unusual Parquet file: of mine. Write it again')
  })
})
