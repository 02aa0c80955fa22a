import { describe, expect, it } from 'vitest'
import { TableCoder } from './table-coder.ts'
import { checkTableSpec } from './table-spec.ts'

const state = { offset: 0, span: 1, fill: 0, marksMissing: false }
const column = { name: 'a', options: { kind: 'number' }, state }
const array = { name: 'a', options: { kind: 'array' }, state: { shape: [2], offset: 0, span: 1 } }
const spec = (...inputs: unknown[]) => ({ format: 1, inputs, targets: [] })

describe('a description of a table that is not trusted', () => {
  it.each([
    ['a column twice', spec(column, column), "the column 'a' twice"],
    ['an input that is no name', spec({ ...column, input: {} }), 'is encoded'],
    ['a decimal mark', { ...spec(column), decimal: 'x' }, 'the decimal mark'],
    ['a decimal mark of a column', spec({ ...column, options: { kind: 'number', decimal: '' } }), 'is encoded'],
    ['categories', spec({ ...column, options: { kind: 'number', categories: 5 } }), 'is encoded'],
    ['an order', spec({ ...column, options: { kind: 'number', order: 'x' } }), 'is encoded'],
    ['a fill', spec({ ...column, options: { kind: 'number', missing: { constant: {} } } }), 'is encoded'],
    [
      'a time that is no date',
      spec({ ...column, options: { kind: 'date' }, state: { ...state, fill: 1e300, cycles: [] } }),
      'is encoded',
    ],
    ['a huge array', spec({ ...array, state: { ...array.state, shape: [2 ** 30, 2 ** 30] } }), 'is encoded'],
    ['a huge image', spec({ ...column, options: { kind: 'image' }, state: { shape: [1e9, 1e9, 3] } }), 'is encoded'],
  ])('is refused: %s', (_, value, message) => {
    expect(() => checkTableSpec(value)).toThrow(message)
  })

  it('may have a hundred thousand categories', () => {
    const categories = Array.from({ length: 200_000 }, (_, index) => `${index}`)
    const many = { categories, hasOther: false, marksMissing: false }
    const coder = new TableCoder(
      checkTableSpec({
        ...spec(column, { name: 'b', options: { kind: 'category' }, state: many }),
        missingTexts: categories,
      }),
    )
    expect(coder.inputs[0]!.shape).toEqual([200_001])
  })
})

describe('arrays in rows of JSON', () => {
  const coder = new TableCoder(checkTableSpec(spec(array)))
  const nested = JSON.parse(`${'['.repeat(100_000)}1${']'.repeat(100_000)}`) as unknown

  it.each([
    ['without end', { shape: '2', data: { length: 1e15 } }],
    ['of texts', { shape: [2], data: ['1', '2'] }],
    ['of another length', { shape: [2], data: [1, 2, 3] }],
    ['nested deep', nested],
  ])('that are not arrays of numbers are refused: %s', async (_, a) => {
    await expect(coder.encodeRows([{ a }])).rejects.toThrow("column 'a': expected an array of numbers")
  })
})

describe('rows of JSON with anything in them', () => {
  const state = { categories: ['x'], hasOther: true, marksMissing: false }
  const coder = new TableCoder(checkTableSpec(spec(column, { name: 'b', options: { kind: 'category' }, state })))

  it('with values that are nested deep are refused', async () => {
    const b = JSON.parse(`${'['.repeat(100_000)}1${']'.repeat(100_000)}`) as unknown
    await expect(coder.encodeRows([{ a: 1, b }])).rejects.toThrow('nested too deep')
  })

  it('with columns that only they have take no longer', async () => {
    const rows = Array.from({ length: 1000 }, (_, row) =>
      Object.fromEntries([['a', row], ...Array.from({ length: 40 }, (_, index) => [`x${row}-${index}`, 1])]),
    )
    const begin = performance.now()
    const error = (await coder.encodeRows(rows).catch((reason: unknown) => reason)) as Error
    expect(error.message).toContain("there is no column 'b'")
    expect(error.message.length).toBeLessThan(2000)
    await coder.encodeRows(rows.map((row) => ({ ...row, b: 'x' })))
    expect(performance.now() - begin).toBeLessThan(3000)
  })
})
