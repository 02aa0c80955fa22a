import { describe, expect, it } from 'vitest'
import type { Cell } from './cell.ts'
import { ColumnStore } from './column-store.ts'
import { categoryText } from './kinds/category.ts'

function stored(cells: readonly Cell[]): Cell[] {
  const store = new ColumnStore()
  for (const cell of cells) store.push(cell)
  expect([...Array.from(store.slice(0, cells.length))].map(categoryText)).toEqual(
    cells.map((_, position) => categoryText(store.at(position))),
  )
  return cells.map((_, position) => store.at(position))
}

describe('ColumnStore', () => {
  const texts = [
    '1',
    '-2.5',
    '1.10',
    '1.1',
    '1.0',
    '007',
    '+3',
    '-0',
    '-0.0',
    '1e5',
    '0.00',
    '12345678901234567890',
    '0.1234567890123',
  ]
  it.each([
    ['texts that are numbers', texts],
    ['numbers with a few texts', [...Array.from({ length: 200 }, (_, i) => `${i}.50`), 'NA', 'true', '']],
    ['texts', Array.from({ length: 200 }, (_, i) => `name ${i % 7}`)],
  ])('gives back %s', (_, cells) => expect(stored(cells).map(categoryText)).toEqual(cells))

  it('gives back other cells as they are', () => {
    const cells = [1.5, Number.NaN, null, undefined, true, 5n, new Date(0), [1, 2], { a: 1 }]
    expect(stored(cells)).toEqual(cells)
    expect(stored(Array.from({ length: 20 }, () => cells).flat())).toEqual(
      Array.from({ length: 20 }, () => cells).flat(),
    )
  })

  it('keeps texts after many numbers', () => {
    const cells = [
      ...Array.from({ length: 100 }, (_, i) => String(i)),
      ...Array.from({ length: 150 }, (_, i) => `t${i}`),
    ]
    expect(stored(cells).map(String)).toEqual(cells)
  })
})
