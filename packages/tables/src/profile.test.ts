import { describe, expect, it } from 'vitest'
import { profileTable } from './profile.ts'
import { readTable } from './read-table.ts'
import { rowsSource } from './source.ts'

const columnOf = async (cells: readonly unknown[], decimal?: ',') => {
  const source = rowsSource(cells.map((a) => ({ a })))
  const { columns } = await profileTable({ ...source, ...(decimal && { decimal }) })
  return columns[0]!
}

describe('profileTable', () => {
  it('counts values, missing ones and different ones', async () => {
    const column = await columnOf(['b', 'a', 'b', '', 'NA', null, undefined, '?', ' b '])
    expect(column).toMatchObject({
      count: 4,
      missing: 5,
      distinct: 2,
      numbers: 0,
      values: [
        ['b', 3],
        ['a', 1],
      ],
    })
  })

  it('describes numbers', async () => {
    const column = await columnOf(['1', 2, '3.5', 4n, 'n/a'])
    expect(column).toMatchObject({
      count: 4,
      missing: 1,
      numbers: 4,
      integers: 3,
      low: 1,
      high: 4,
      mean: 2.625,
      median: 2.75,
    })
    expect(column.deviation).toBeCloseTo(1.1924, 4)
  })

  it('finds the decimal mark', async () => {
    expect(await columnOf(['1,5', '2,25', '3'])).toMatchObject({ decimal: ',', numbers: 3, mean: 2.25 })
    expect(await columnOf(['1,500', '2,250'], ',')).toMatchObject({ decimal: ',', high: 2.25 })
    expect(await columnOf(['1.5', '2'])).toMatchObject({ decimal: '.' })
  })

  it('tells booleans, dates in the order in which all exist, arrays and images', async () => {
    expect(await columnOf(['yes', 'No', 'Y'])).toMatchObject({ booleans: 3, numbers: 0 })
    expect(await columnOf(['yes', 'maybe'])).toMatchObject({ booleans: 1 })
    expect(await columnOf(['13/01/2024', '02/03/2024'])).toMatchObject({ dates: 'dmy' })
    expect(await columnOf(['02/03/2024', '01/13/2024'])).toMatchObject({ dates: 'mdy' })
    expect(await columnOf(['2024-01-13', '2024-02-30'])).toMatchObject({ dates: undefined })
    expect(await columnOf([new Date(0), new Date(1)])).toMatchObject({ dates: 'ymd' })
    expect(await columnOf([20240310, 20240311])).toMatchObject({ dates: undefined })
    expect(
      await columnOf([
        [1, 2],
        [3, 4],
      ]),
    ).toMatchObject({ arrays: 2 })
    expect(await columnOf(['a/b.PNG', 'c.jpeg'])).toMatchObject({ forms: { image: 2 } })
  })

  it('tells a column that counts the rows, and the mean number of words', async () => {
    expect(await columnOf([5, 6, 7])).toMatchObject({ counts: true })
    expect(await columnOf([5, 7, 8])).toMatchObject({ counts: false })
    expect((await columnOf(['one', 'two words', "don't count commas, please"])).words).toBeCloseTo(7 / 3)
  })

  it('lists up to 20 values that are no numbers, and stops counting different values at 10 000', async () => {
    const column = await columnOf(Array.from({ length: 12_000 }, (_, index) => (index < 30 ? `t${index}` : index)))
    expect(column.odd).toHaveLength(20)
    expect(column.distinct).toBeUndefined()
  })

  it('is the same for a table in memory, over several chunks', async () => {
    const rows = Array.from({ length: 10_000 }, (_, i) => ({ a: `${i % 9}.50`, b: i % 3 ? 'x' : null }))
    const source = rowsSource(rows)
    expect(await profileTable(await readTable(source))).toEqual(await profileTable(source))
  })

  it('takes other texts for missing values', async () => {
    const { columns } = await profileTable(rowsSource([{ a: 'none' }, { a: 'x' }]), { missingTexts: ['x'] })
    expect(columns[0]).toMatchObject({ missing: 1, values: [['none', 1]] })
  })
})
