import { describe, expect, it } from 'vitest'
import { readTable } from './read-table.ts'
import { rowsSource } from './source.ts'
import { splitRows } from './split-rows.ts'

const table = await readTable(
  rowsSource(
    Array.from({ length: 100 }, (_, i) => ({
      person: `p${i % 20}`,
      day: `${String((((i * 7) % 100) % 28) + 1).padStart(2, '0')}/0${Math.floor(((i * 7) % 100) / 28) + 1}/2024`,
      label: i % 10 === 0 ? 'rare' : 'often',
      count: i,
    })),
  ),
)

const counts = (parts: Uint8Array) => [0, 1, 2].map((part) => parts.filter((one) => one === part).length)

describe('splitRows', () => {
  it('divides rows at random, by the seed', async () => {
    const parts = await splitRows(table, { validation: 0.2, test: 0.1, seed: 1 })
    expect(counts(parts)).toEqual([70, 20, 10])
    expect(await splitRows(table, { validation: 0.2, test: 0.1, seed: 1 })).toEqual(parts)
    expect(await splitRows(table, { validation: 0.2, test: 0.1, seed: 2 })).not.toEqual(parts)
    expect(counts(await splitRows(table, { seed: 1 }))).toEqual([100, 0, 0])
  })

  it('keeps groups together', async () => {
    const parts = await splitRows(table, { validation: 0.2, test: 0.2, groups: 'person', seed: 3 })
    expect(counts(parts)).toEqual([60, 20, 20])
    for (let i = 0; i < 80; i++) expect(parts[i]).toBe(parts[i + 20])
  })

  it('takes the last rows by time for the test, those before for validation', async () => {
    const parts = await splitRows(table, { validation: 0.2, test: 0.1, time: 'count', seed: 0 })
    expect([...parts]).toEqual(Array.from({ length: 100 }, (_, i) => (i < 70 ? 0 : i < 90 ? 1 : 2)))
    const byDay = await splitRows(table, { test: 0.25, time: 'day', seed: 0 })
    const at = (i: number) => (i * 7) % 100
    for (let i = 0; i < 100; i++) expect(byDay[i]).toBe(at(i) < 75 ? 0 : 2)
  })

  it('reads all dates in one order of day and month', async () => {
    const days = await readTable(rowsSource(['02/13/2024', '03/01/2024', '01/20/2024'].map((day) => ({ day }))))
    expect([...(await splitRows(days, { test: 0.34, time: 'day', seed: 0 }))]).toEqual([0, 2, 0])
  })

  it('divides a table that is read in chunks as one in memory, and reads nothing where the count of rows is known', async () => {
    const { rowCount, ...streamed } = table
    for (const by of [{}, { groups: 'person' }, { time: 'count' }, { strata: 'label' }]) {
      const options = { validation: 0.2, test: 0.1, ...by, seed: 4 }
      expect(await splitRows(streamed, options)).toEqual(await splitRows(table, options))
    }
    const chunks = () => {
      throw new Error('read')
    }
    expect(counts(await splitRows({ ...streamed, chunks, rowCount }, { test: 0.1, seed: 1 }))).toEqual([90, 0, 10])
  })

  it('gives each value its share', async () => {
    const parts = await splitRows(table, { validation: 0.2, test: 0.1, strata: 'label', seed: 5 })
    const rare = parts.filter((_, i) => i % 10 === 0)
    expect(counts(rare)).toEqual([7, 2, 1])
    expect(counts(parts)).toEqual([70, 20, 10])
  })

  it.each([
    [{ validation: 0.6, test: 0.5 }, 'validation (0.6) and test (0.5)'],
    [{ validation: -1 }, 'parts of the rows'],
    [{ groups: 'person', strata: 'label' }, "one of 'groups', 'time' and 'strata'"],
    [{ groups: 'perso' }, "no column 'perso'"],
    [{ test: 0.1, time: 'label' }, "'label' in row 1 is 'rare'; expected a date or a number"],
    [{ test: 0.001 }, 'no rows for test'],
  ])('refuses %j', async (options, message) => {
    await expect(splitRows(table, { ...options, seed: 0 })).rejects.toThrow(message)
  })
})
