import { describe, expect, it } from 'vitest'
import { readTable } from './testing/read.ts'

const read = (text: string, options = {}) => readTable({ text: `${text}\n` }, options)
const table = async (value: unknown, options = {}) => {
  const { columns, rows } = await read(JSON.stringify(value, null, 1), options)
  return [columns, ...rows]
}

const expected = [
  ['a', 'b'],
  [1, 'x'],
  [2, 'y'],
]

describe('JSON', () => {
  it('has rows in many forms', async () => {
    const rows = [
      { a: 1, b: 'x' },
      { a: 2, b: 'y' },
    ]
    const lists = [
      [1, 'x'],
      [2, 'y'],
    ]
    expect(await table(rows)).toEqual(expected)
    expect(await table([['a', 'b'], ...lists])).toEqual(expected)
    expect(await table(lists, { header: ['a', 'b'] })).toEqual(expected)
    expect(await table({ a: [1, 2], b: ['x', 'y'] })).toEqual(expected)
    expect(await table({ a: { 0: 1, 1: 2 }, b: { 0: 'x', 1: 'y' } })).toEqual(expected)
    expect(await table({ columns: ['a', 'b'], index: [0, 1], data: lists })).toEqual(expected)
    expect(await table({ meta: { count: 2 }, data: rows })).toEqual(expected)
    expect(await table({ schema: { fields: [{ name: 'a' }] }, data: rows })).toEqual(expected)
    expect(await table({ first: rows, second: { more: rows } }, { within: 'second.more' })).toEqual(expected)
    expect(await table(lists)).toEqual([['c0', 'c1'], ...lists])
    expect(await table([3, 4])).toEqual([['value'], [3], [4]])
    expect(await table({ a: 1, b: 'x' })).toEqual(expected.slice(0, 2))
  })

  it('nested objects become columns, and names may be missing', async () => {
    const rows = [{ place: { lat: 1, of: { name: 'x' } } }, { place: { lat: 2 }, tags: [1] }]
    expect(await table(rows)).toEqual([
      ['place.lat', 'place.of.name', 'tags'],
      [1, 'x', undefined],
      [2, undefined, [1]],
    ])
  })

  it('NaN is missing', async () => {
    const { rows, notes } = await read('[{"a": NaN, "b": "NaN, \\" Infinity"}, {"a": -Infinity, "b": "x"}]')
    expect(rows).toEqual([
      [null, 'NaN, " Infinity'],
      [null, 'x'],
    ])
    expect(notes).toEqual(['NaN and infinities in the file are missing values.'])
  })

  it('says where it is damaged', async () => {
    const place = (text: string) => read(text, { format: 'json' }).catch(({ message }: Error) => message)
    expect(await place('[{"a": 1},\n {"a" 2}]')).toBe(
      'The text, line 2, column 7: expected \':\' and found "2". The file is no JSON up to its end.',
    )
    expect(await place('[{"a": 1}')).toContain("expected ',' or ']' and found the end")
    expect(await place("[{'a': 1}]")).toContain('expected a name in double quotes')
    expect(await place('[1, 2,]')).toContain('expected a value and found "]"')
    expect(await place('[1, nul]')).toContain('line 1, column 5: expected a value')
    expect(await place('["a\nb"]')).toContain('a text is damaged or has no end')
  })

  it('refuses what are no rows', async () => {
    await expect(table({ nodes: [{ a: 1 }], links: [{ b: 1 }] })).rejects.toThrow(
      "holds 2 lists of rows. Say which with within: 'nodes' (known: nodes, links)",
    )
    await expect(table({ a: [{ b: 1 }] }, { within: 'c' })).rejects.toThrow("has nothing under 'c'")
    await expect(table({ a: [1, 2], b: [1] })).rejects.toThrow("the column 'a' has 2 values and 'b' has 1")
    await expect(table([[1, 2], [3]])).rejects.toThrow('row 2: has 1 cells; expected 2')
    await expect(table([{ a: 1 }, 5])).rejects.toThrow('row 2: 5, and the rows before it are objects')
    await expect(table([])).rejects.toThrow('holds an empty list')
    await expect(read('7', { format: 'json' })).rejects.toThrow('holds 7, and no rows')
    let deep: unknown = 1
    for (let i = 0; i < 100; i++) deep = [deep]
    await expect(table([{ a: deep }])).rejects.toThrow('nested more than 64 deep')
  })

  it('columns named as parts of objects are columns', async () => {
    const { columns, rows } = await read('[{"__proto__": 1, "constructor": 2}]')
    expect([columns, rows]).toEqual([['__proto__', 'constructor'], [[1, 2]]])
  })
})

describe('JSONL', () => {
  it('has an object or a list in each line', async () => {
    expect((await read('{"a":1,"b":{"c":"x"}}\r\n\r\n{"a":2,"d":true}')).rows).toEqual([
      [1, 'x', undefined],
      [2, undefined, true],
    ])
    const lists = await read('["a","b"]\n[1,"x"]\n[2,"y"]')
    expect([lists.columns, ...lists.rows]).toEqual(expected)
    expect(lists.places).toEqual(['line 2', 'line 3'])
    expect((await read('[1,"x"]\n[2,"y"]')).columns).toEqual(['c0', 'c1'])
  })

  it('is told from JSON by its lines, whatever the name', async () => {
    const bytes = (text: string) => new TextEncoder().encode(text)
    expect((await readTable(bytes('{"a":1}\n{"a":2}\n'), { name: 'x.json' })).rows).toEqual([[1], [2]])
    expect((await readTable(bytes('{"a":[1,2],"b":[3,4]}\n'), { name: 'x.json' })).rows).toHaveLength(2)
    expect((await readTable(bytes('[\n{"a":1}\n]\n'), { name: 'x.jsonl' })).rows).toEqual([[1]])
    const long = `{"a":"${'x'.repeat(5000)}"}\n`
    expect((await readTable(bytes(long + long), { name: 'x.json' })).rows).toHaveLength(2)
  })

  it('says which line is damaged', async () => {
    await expect(read('{"a":1}\n{"a":}')).rejects.toThrow('The text, in line 2, line 1, column 6: expected a value')
    await expect(read('{"a":1}\n[1]')).rejects.toThrow('line 2: a list, and the first line is an object')
    await expect(read('[1,2]\n[1]')).rejects.toThrow('line 2: has 1 cells; expected 2')
  })
})
