import { expect, it } from 'vitest'
import { showColumns } from './show-columns.ts'
import { TableCoder } from './table-coder.ts'
import { checkTableSpec } from './table-spec.ts'

it('columns have the values of the file again, where their kind keeps them', async () => {
  const input = (name: string, kind: string, state: object) => ({ name, options: { kind }, state })
  const day = 86_400_000
  const inputs = [
    input('age', 'number', { offset: 40, span: 10, fill: 40, marksMissing: true }),
    input('city', 'category', { categories: ['Oslo', 'Rome'], hasOther: true, marksMissing: true }),
    input('well', 'boolean', { fill: 0, marksMissing: true }),
    input('since', 'date', { offset: 19_000 * day, span: 90.3 * day, fill: 0, marksMissing: true, cycles: ['week'] }),
    input('at', 'date', { offset: 19_000 * day, span: 90.3 * day, fill: 0, marksMissing: false, cycles: ['day'] }),
    input('note', 'text', { words: ['new', 'flat', 'big'], rarity: [1, 2, 3] }),
    input('pair', 'array', { shape: [2], offset: 0, span: 1 }),
  ]
  const coder = new TableCoder(checkTableSpec({ format: 1, inputs, targets: [] }))
  const [vector, pair] = coder.inputs
  const columns = showColumns(coder.spec, vector!)
  expect(columns.map(({ name }) => name)).toEqual(['age', 'city', 'well', 'since', 'at', 'note'])
  const { x } = await coder.encodeRows([
    {
      age: 44,
      city: 'Rome',
      well: true,
      since: '2024-05-06',
      at: '2024-05-06 07:08',
      note: 'A big new one',
      pair: [1, 0.25],
    },
    { age: '', city: 'Bern', well: 'no', since: '', at: '2023-01-01 00:00', note: '', pair: [0, 0] },
    { age: 1_234_567, city: '', well: '', since: '1970-01-01', at: '2024-12-31 23:59', note: 'flat', pair: [0, 0] },
  ])
  const shown = [0, 1, 2].map((row) => {
    const width = vector!.labels.length
    const numbers = x['features']!.data.subarray(row * width, (row + 1) * width)
    return columns.map((column) => column.show(numbers))
  })
  expect(shown).toEqual([
    ['44', 'Rome', 'true', '2024-05-06', '2024-05-06 07:08', 'new big'],
    [undefined, 'another', 'false', undefined, '2023-01-01 00:00', ''],
    ['1234567', undefined, undefined, '1970-01-01', '2024-12-31 23:59', 'flat'],
  ])
  expect(showColumns(coder.spec, pair!).map(({ name, show }) => [name, show([1, 0.25])])).toEqual([
    ['pair[0]', '1'],
    ['pair[1]', '0.25'],
  ])
})
