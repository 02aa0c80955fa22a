import { expect, it } from 'vitest'
import { RowWriter } from './row-writer.ts'

it.each([
  ['csv', 'id,price\n9007199254740993,2\n'],
  ['jsonl', '{"id":"9007199254740993","price":2}\n'],
] as const)('writes whole numbers above 2^53 with all digits as %s', (form, expected) => {
  let text = ''
  const write = (more: string) => {
    text += more
  }
  const writer = new RowWriter({ form, columns: ['id'], targets: [{ name: 'price' }], probabilities: false, write })
  writer.add({ cells: [9007199254740993n], prediction: { price: { value: 2 } } })
  writer.end()
  expect(text).toBe(expected)
})
