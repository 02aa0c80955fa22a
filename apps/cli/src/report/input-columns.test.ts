import { expect, it } from 'vitest'
import { shownColumns } from './input-columns.ts'

it('columns have the values of the file again, where the model knows them', () => {
  const input = (name: string, kind: string, state: object) => ({ name, options: { kind }, state })
  const inputs = [
    input('age', 'number', { offset: 40, span: 10, fill: 40, marksMissing: true }),
    input('city', 'category', { categories: ['Oslo', 'Rome'], hasOther: true, marksMissing: false }),
    input('well', 'boolean', { fill: 0, marksMissing: false }),
    input('note', 'text', { words: ['new'], rarity: [1] }),
  ]
  const labels = ['age', 'age is missing', 'city = Oslo', 'city = Rome', 'city = another', 'well', 'note: new']
  const columns = shownColumns(labels, { format: 1, inputs, targets: [] } as never)
  expect(columns.map(({ name }) => name)).toEqual(['age', 'city', 'well', 'note: new'])
  const read = (...numbers: number[]) => columns.map((column) => column.read(numbers))
  expect(read(0.4, 0, 0, 1, 0, 1, 0.5)).toEqual(['44', 'Rome', 'true', '0.5'])
  expect(read(0, 1, 0, 0, 1, 0, 0)).toEqual(['missing', 'another', 'false', '0'])
  expect(shownColumns(['x'], undefined)[0]!.read([0.25])).toBe('0.25')
})
