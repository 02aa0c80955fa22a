import { describe, expect, it } from 'vitest'
import type { Cell } from './cell.ts'
import { inferPlan } from './infer-plan.ts'
import type { ColumnOptions } from './kinds/kind.ts'
import { learnTable } from './learn-table.ts'
import { profileTable } from './profile.ts'
import { rowsSource } from './source.ts'
import { TableCoder } from './table-coder.ts'
import type { PlanOptions } from './table-plan.ts'

type Row = Readonly<Record<string, unknown>>

async function coderOf(rows: readonly Row[], options: PlanOptions, use?: (row: number) => boolean) {
  const source = rowsSource(rows, 'table')
  const spec = await learnTable(source, inferPlan(await profileTable(source), options), use && { use })
  return new TableCoder(JSON.parse(JSON.stringify(spec)))
}

/** The numbers that cells of one column become, rounded, and their names. */
async function encoded(cells: readonly unknown[], column: Partial<ColumnOptions>, asked: readonly unknown[] = cells) {
  const rows = cells.map((a, i) => ({ a, y: i }))
  const coder = await coderOf(rows, { target: 'y', inputs: { a: column }, task: 'regression' })
  const { x } = await coder.encodeRows(asked.map((a) => ({ a })))
  const [input] = coder.inputs
  const { data } = x[input!.name]!
  const width = input!.labels.length
  const numbers = asked.map((_, row) =>
    Array.from({ length: width }, (_, i) => Math.round(data[row * width + i]! * 1e4) / 1e4 + 0),
  )
  return { labels: input!.labels, shape: input!.shape, numbers }
}

describe('columns of numbers', () => {
  it('have the decimal mark of their source', async () => {
    const source = {
      ...rowsSource(
        [
          { a: '1,5', y: '2,5' },
          { a: '2,5', y: '3,5' },
        ],
        'table',
      ),
      decimal: ',' as const,
    }
    const plan = inferPlan(await profileTable(source), { target: 'y', columns: { a: { scale: 'none' } } })
    const coder = new TableCoder(await learnTable(source, plan))
    expect(coder.spec).toMatchObject({ decimal: ',', targets: [{ offset: 3, span: 0.5 }] })
    const chunk = await chunkOf([{ a: '1.500', y: '1.000' }])
    const columns = ['a', 'y']
    const encoded = async (decimal?: '.' | ',') => {
      const { x, y } = await coder.encode(chunk, { name: 't', columns, decimal })
      return [x.features!.data[0], y.y!.data[0]]
    }
    expect(await encoded('.')).toEqual([1.5, -4])
    expect(await encoded()).toEqual([1500, 1994])
    expect((await coder.encodeRows([{ a: '1,25' }])).x.features!.data[0]).toBe(1.25)
  })

  it('have mean 0 and deviation 1', async () => {
    expect(await encoded([1, 2, 3, 4], { kind: 'number' })).toEqual({
      labels: ['a'],
      shape: [1],
      numbers: [[-1.3416], [-0.4472], [0.4472], [1.3416]],
    })
  })

  it.each<[Partial<ColumnOptions>, number[][]]>([
    [{ scale: 'none' }, [[2], [4], [10]]],
    [{ scale: 'range' }, [[0], [0.25], [1]]],
    [{ scale: [0, 20] }, [[0.1], [0.2], [0.5]]],
  ])('with %j', async (options, numbers) => {
    expect((await encoded([2, 4, 10], { kind: 'number', ...options })).numbers).toEqual(numbers)
  })

  it.each<[ColumnOptions['missing'], number]>([
    [undefined, 3],
    ['median', 3],
    ['mean', 5],
    [{ constant: -1 }, -1],
  ])('fill and mark missing values with %j', async (missing, fill) => {
    const { labels, numbers } = await encoded([2, 3, 10, null], {
      kind: 'number',
      scale: 'none',
      ...(missing && { missing }),
    })
    expect(labels).toEqual(['a', 'a is missing'])
    expect(numbers).toEqual([
      [2, 0],
      [3, 0],
      [10, 0],
      [fill, 1],
    ])
  })

  it('fill values that were never missing in training', async () => {
    expect((await encoded([2, 3, 10], { kind: 'number', scale: 'none' }, ['NA', ' '])).numbers).toEqual([[3], [3]])
  })

  it('of one value are 0', async () => {
    expect((await encoded([5, 5], { kind: 'number' }, [5, 6])).numbers).toEqual([[0], [1]])
  })

  it('take numbers as people write them', async () => {
    const { numbers } = await encoded(['1,000', '$20', '50%', '(3)', true, 7n], { kind: 'number', scale: 'none' })
    expect(numbers).toEqual([[1000], [20], [50], [-3], [1], [7]])
  })
})

describe('columns of booleans', () => {
  it('are 0 and 1, and the mean where the value is missing', async () => {
    expect(await encoded(['yes', 'No', 'T', null, 1, '0'], { kind: 'boolean' })).toMatchObject({
      labels: ['a', 'a is missing'],
      numbers: [
        [1, 0],
        [0, 0],
        [1, 0],
        [0.6, 1],
        [1, 0],
        [0, 0],
      ],
    })
  })
})

describe('columns of categories', () => {
  it('have a number each, 0 for one that was not there', async () => {
    const { labels, numbers } = await encoded(['b', 'a', 'b'], { kind: 'category' }, ['a', ' b ', 'c', null])
    expect(labels).toEqual(['a = a', 'a = b'])
    expect(numbers).toEqual([
      [1, 0],
      [0, 1],
      [0, 0],
      [0, 0],
    ])
  })

  it('mark missing values, and others beyond maxSize', async () => {
    const { labels, numbers } = await encoded(['a', 'a', 'b', 'b', 'c', null], { kind: 'category', maxSize: 2 }, [
      'a',
      'c',
      null,
    ])
    expect(labels).toEqual(['a = a', 'a = b', 'a = another', 'a is missing'])
    expect(numbers).toEqual([
      [1, 0, 0, 0],
      [0, 0, 1, 0],
      [0, 0, 0, 1],
    ])
  })

  it('are in the order of numbers, and equal in texts and in numbers', async () => {
    const { labels, numbers } = await encoded(['10', '9', 9], { kind: 'category' }, [10, '9'])
    expect(labels).toEqual(['a = 9', 'a = 10'])
    expect(numbers).toEqual([
      [0, 1],
      [1, 0],
    ])
  })

  it('take a constant for missing values, and a list of categories, of which none may be missing', async () => {
    const { numbers } = await encoded(['a', 'b', null], { kind: 'category', missing: { constant: 'b' } }, [null])
    expect(numbers).toEqual([[0, 1, 1]])
    const listed = await encoded(['none', 'some'], { kind: 'category', categories: ['none', 'some', 'all'] })
    expect(listed).toMatchObject({
      labels: ['a = none', 'a = some', 'a = all'],
      numbers: [
        [1, 0, 0],
        [0, 1, 0],
      ],
    })
    await expect(encoded(['a', 'b'], { kind: 'category', categories: ['a'] })).rejects.toThrow(
      'expected one of \'a\', found "b" in row 2',
    )
  })
})

describe('columns of dates', () => {
  it('are the time, and the cycles in which they differ', async () => {
    const { labels, numbers } = await encoded(['2024-01-01', '2024-12-31'], { kind: 'date', scale: 'range' }, [
      '2024-07-02',
    ])
    expect(labels).toEqual(['a', 'a, year (sine)', 'a, year (cosine)', 'a, week (sine)', 'a, week (cosine)'])
    expect(numbers).toEqual([[0.5014, 0, -1, 0, 0].map((one, i) => (i > 2 ? numbers[0]![i]! : one))])
    expect(Math.hypot(numbers[0]![3]!, numbers[0]![4]!)).toBeCloseTo(1, 3)
  })

  it('of one day have the time of day', async () => {
    const { labels, numbers } = await encoded(['00:00', '12:00'], { kind: 'date', scale: 'range' }, ['06:00', null])
    expect(labels).toEqual(['a', 'a, day (sine)', 'a, day (cosine)'])
    expect(numbers).toEqual([
      [0.5, 1, 0],
      [0.5, 1, 0],
    ])
  })

  it('keep the order of day and month that the training rows had', async () => {
    const cells = ['13/01/2024', '20/02/2024']
    const { numbers } = await encoded(cells, { kind: 'date', scale: 'range' }, [...cells, '01/02/2024'])
    expect(numbers[2]![0]).toBeCloseTo(0.5, 4)
    await expect(encoded(cells, { kind: 'date' }, ['01/13/2024'])).rejects.toThrow(
      'expected a date (day, month, year), found "01/13/2024" in row 1',
    )
  })
})

describe('columns of texts', () => {
  it('have the weights of their words, of which the squares sum to 1', async () => {
    const { labels, numbers } = await encoded(['good film', 'bad film'], { kind: 'text' }, [
      'Good, good FILM!',
      'unknown',
      null,
    ])
    expect(labels).toEqual(['a: film', 'a: bad', 'a: good'])
    expect(numbers[0]).toEqual([0.3352, 0, 0.9422])
    expect(numbers[1]).toEqual([0, 0, 0])
    expect(numbers[2]).toEqual([0, 0, 0])
  })

  it('keep the most frequent words', async () => {
    expect((await encoded(['a b', 'b c', 'b c'], { kind: 'text', maxSize: 2 })).labels).toEqual(['a: b', 'a: c'])
    const words = (count: number, word: string) => Array.from({ length: count }, (_, i) => `${word}${i}`)
    const lonely = await encoded(words(120, 'w'), { kind: 'text', maxSize: 3 })
    expect(lonely.labels).toEqual(['a: w0', 'a: w1', 'a: w10'])
    expect((await encoded([...words(120, 'w'), 'w7'], { kind: 'text' })).labels).toEqual(['a: w7'])
  })
})

describe('columns of arrays', () => {
  it('are inputs by themselves, from 0 to 1', async () => {
    expect(
      await encoded(
        [
          [
            [0, 51],
            [102, 255],
          ],
          { shape: [2, 2], data: [1, 2, 3, 51] },
        ],
        { kind: 'array' },
      ),
    ).toEqual({
      shape: [2, 2],
      labels: ['a[0]', 'a[1]', 'a[2]', 'a[3]'],
      numbers: [
        [0, 0.2, 0.4, 1],
        [0.0039, 0.0078, 0.0118, 0.2],
      ],
    })
  })

  it('have equal shapes', async () => {
    await expect(
      encoded(
        [
          [1, 2],
          [3, 4],
        ],
        { kind: 'array' },
        [[1, 2, 3]],
      ),
    ).rejects.toThrow('expected an array of numbers of the shape [2], found')
    await expect(
      encoded(
        [
          [1, 2],
          ['a', 4],
        ],
        { kind: 'array' },
      ),
    ).rejects.toThrow('expected an array of numbers')
  })
})

describe('targets', () => {
  const rows = [
    { x: 1, y: 10, c: 'a' },
    { x: 2, y: 20, c: 'b' },
    { x: 3, y: null, c: 'c' },
    { x: 4, y: 30, c: 'a' },
  ]

  it('of a regression have mean 0 and deviation 1, and predictions are in their units', async () => {
    const coder = await coderOf(rows, { target: 'y', inputs: ['x'] })
    const { rows: used, y } = await coder.encode(await chunkOf(rows), { name: 't', columns: ['x', 'y', 'c'] })
    expect(used).toEqual([0, 1, 3])
    expect(y.y!.shape).toEqual([3, 1])
    expect([...y.y!.data].map((one) => Math.round(one * 1e4) / 1e4)).toEqual([-1.2247, 0, 1.2247])
    expect(coder.decode([{ shape: [2, 1], data: [0, 1.2247449] }]).map(({ y }) => y!.value)).toEqual([
      20,
      expect.closeTo(30, 4),
    ])
  })

  it('of a classification are positions of classes, and predictions their names', async () => {
    const coder = await coderOf(rows, { target: 'c', inputs: ['x'] })
    const { y } = await coder.encode(await chunkOf(rows), { name: 't', columns: ['x', 'y', 'c'] })
    expect(y.c).toEqual({ data: Int32Array.of(0, 1, 2, 0), shape: [4], dtype: 'int32' })
    expect(coder.decode([{ shape: [1, 3], data: [0.2, 0.5, 0.3] }])).toEqual([
      { c: { value: 'b', probabilities: { a: 0.2, b: 0.5, c: 0.3 } } },
    ])
  })

  it('of two classes have one output or two, or logits', async () => {
    const coder = await coderOf(rows.slice(0, 2), { target: 'c', inputs: ['x'], classes: ['a', 'b'] })
    const one = (data: number[], of = coder) => of.decode([{ shape: [1, data.length], data }])[0]!.c!
    expect(one([0.75])).toEqual({ value: 'b', probabilities: { a: 0.25, b: 0.75 } })
    expect(one([0.75, 0.25])).toEqual({ value: 'a', probabilities: { a: 0.75, b: 0.25 } })
    const [target] = coder.spec.targets
    const logits = new TableCoder({ ...coder.spec, targets: [{ ...target!, fromLogits: true } as never] })
    expect(one([-1], logits).value).toBe('a')
    expect(one([3, 3 + Math.log(3)], logits).probabilities).toEqual({
      a: expect.closeTo(0.25),
      b: expect.closeTo(0.75),
    })
    // the third output is of a class that the rows did not have
    expect(one([0.1, 0.3, 0.6]).value).toBe('b')
  })

  it('need outputs that fit', async () => {
    const coder = await coderOf(rows, { target: ['c', 'y'], inputs: ['x'] })
    expect(() => coder.decode([{ shape: [1, 2], data: [1, 2] }])).toThrow(
      'The model has outputs of 2 numbers for a row, and its targets (c, y) need 3 and 1',
    )
    expect(() =>
      coder.decode([
        { shape: [1, 3], data: [1, 2, 3] },
        { shape: [1, 2], data: [1, 2] },
      ]),
    ).toThrow('outputs of 3 and 2 numbers')
  })

  it('may be several, in one output or in one each', async () => {
    const coder = await coderOf(rows.slice(0, 2), { target: ['y', 'x'], inputs: ['c'], task: 'regression' })
    expect(coder.decode([{ shape: [1, 2], data: [0, 1] }])).toEqual([{ y: { value: 15 }, x: { value: 2 } }])
    expect(
      coder.decode([
        { shape: [1, 1], data: [0] },
        { shape: [1, 1], data: [1] },
      ]),
    ).toEqual([{ y: { value: 15 }, x: { value: 2 } }])
  })

  it('that were not there in training are refused, with the likely cause once', async () => {
    const coder = await coderOf(rows, { target: 'c', inputs: ['x'] })
    const wrong = ['A', 'B', 'A', 'q', 'A'].map((c) => ({ x: 1, c }))
    await expect(coder.encode(await chunkOf(wrong), { name: 'more.csv', columns: ['x', 'c'] })).rejects.toThrow(
      /^more\.csv cannot be used:\n {2}column 'c': expected one of 'a', 'b', 'c', found "A" in row 1, "B" in row 2, "A" in row 3 and 2 more\nThe classes differ in case: 'A' and 'a'\.\n.*'B' and 'b'\.\nOf classes that the training rows lack, leave the rows out, or train with 'classes', a list of all classes\.$/,
    )
  })

  it('may have a class that is called none', async () => {
    const named = [
      { x: 1, c: 'none' },
      { x: 2, c: 'some' },
    ]
    const coder = await coderOf(named, { target: 'c', inputs: ['x'], classes: ['none', 'some'] })
    const { rows: used } = await coder.encode(await chunkOf(named), { name: 't', columns: ['x', 'c'] })
    expect(used).toEqual([0, 1])
  })
})

async function chunkOf(rows: readonly Row[]) {
  for await (const chunk of rowsSource(rows).chunks()) return chunk
  throw new Error('no rows')
}

describe('rows', () => {
  const rows = [
    { a: 1, b: 'x', y: 1 },
    { a: null, b: 'y', y: 2 },
    { a: 3, b: 'x', y: 3 },
    { a: 5, b: null, y: 4 },
  ]

  it('with missing values are dropped or refused where the column says so', async () => {
    const coder = await coderOf(rows, { target: 'y', columns: { a: { missing: 'drop', scale: 'none' } } })
    expect((await coder.encodeRows(rows)).rows).toEqual([0, 2, 3])
    // the dropped row has no part in what is learned
    expect(coder.inputs[0]!.labels).toEqual(['a', 'b = x', 'b is missing'])
    const strict = await coderOf(rows, { target: 'y', missing: 'refuse' })
    await expect(strict.encodeRows(rows)).rejects.toThrow(
      "The rows cannot be used:\n  column 'a': expected a number, found nothing in row 2\n  column 'b': expected a name, found nothing in row 4",
    )
  })

  it('need all columns of the inputs, and no others', async () => {
    const coder = await coderOf(rows, { target: 'y' })
    expect((await coder.encodeRows([{ b: 'x', a: 4, more: 1 }])).rows).toEqual([0])
    await expect(coder.encodeRows([{ A: 4, b: 'x' }])).rejects.toThrow("there is no column 'a'. Did you mean 'A'?")
  })

  it('that are not for training have no part in what is learned', async () => {
    const part = await coderOf(rows, { target: 'y' }, (row) => row !== 3)
    expect(part.spec.inputs[0]!.state).toMatchObject({ offset: 2, span: 1 })
  })

  it('are arrays by input', async () => {
    const coder = await coderOf(rows, { target: 'y', inputs: { left: ['a'], right: ['b'] } })
    expect(coder.inputs.map(({ name, shape, columns }) => [name, shape, columns])).toEqual([
      ['left', [2], ['a']],
      ['right', [3], ['b']],
    ])
    const { x } = await coder.encodeRows(rows)
    expect(x.left!.shape).toEqual([4, 2])
    expect(x.right!.data).toEqual(Float32Array.of(1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 1))
  })

  it('that do not fit are listed, a line for each column', async () => {
    const many = Array.from({ length: 12 }, (_, i) => ({
      y: i,
      ...Object.fromEntries(Array.from({ length: 12 }, (_, c) => [`c${c}`, i])),
    }))
    const coder = await coderOf(many, { target: 'y', columns: { c0: 'number' } })
    const wrong = [Object.fromEntries(Array.from({ length: 12 }, (_, c) => [`c${c}`, 'what']))]
    await expect(coder.encodeRows(wrong as Row[])).rejects.toThrow(
      /column 'c0': expected a number, found "what" in row 1(\n.*){9}\n {2}and 2 more columns$/,
    )
  })
})

describe('a saved description', () => {
  const cells: Record<string, readonly Cell[]> = {
    number: [1, null, 3],
    boolean: ['yes', 'no', null],
    category: ['a', null, 'b'],
    date: ['2024-01-01 10:00', '2024-05-02 11:00', null],
    text: ['one two', 'two', null],
    array: [
      [1, 2],
      [3, 4],
      [5, 6],
    ],
    image: ['a.png', 'b.png', 'c.png'],
  }

  it.each(Object.keys(cells))('of a column of kind %s that is damaged is refused as a damaged file', async (kind) => {
    const rows = cells[kind]!.map((a, y) => ({ a, y }))
    const { spec } = await coderOf(rows, { target: 'y', task: 'regression', inputs: { a: kind } })
    expect(() => new TableCoder(spec)).not.toThrow()
    const [column] = spec.inputs
    for (const key of Object.keys(column!.state)) {
      for (const value of ['no', -1.5, {}, [[]], null]) {
        if (typeof value === 'number' && typeof column!.state[key] === 'number') continue
        if (value === 'no' && key === 'fill' && kind === 'category') continue
        const state = { ...column!.state, [key]: value }
        expect(
          () => new TableCoder({ ...spec, inputs: [{ ...column!, state }] }),
          `${key}: ${JSON.stringify(value)}`,
        ).toThrow(
          expect.objectContaining({
            name: 'FormatError',
            message: expect.stringContaining("how the column 'a' is encoded"),
          }),
        )
      }
    }
  })

  it.each<[string, (spec: { inputs: readonly object[]; targets: readonly object[] }) => unknown]>([
    ['nothing', () => null],
    ['a newer version', (spec) => ({ ...spec, format: 2 })],
    ['no inputs', (spec) => ({ ...spec, inputs: [] })],
    ['an input that is null', (spec) => ({ ...spec, inputs: [null] })],
    ['an input without options', (spec) => ({ ...spec, inputs: [{ name: 'a' }] })],
    ['an unknown kind', (spec) => ({ ...spec, inputs: [{ ...spec.inputs[0], options: { kind: 'numbr' } }] })],
    ['no state', (spec) => ({ ...spec, inputs: [{ ...spec.inputs[0], state: null }] })],
    ['no targets', (spec) => ({ ...spec, targets: 1 })],
    ['a target that is null', (spec) => ({ ...spec, targets: [null] })],
    ['a span of 0', (spec) => ({ ...spec, targets: [{ ...spec.targets[0], span: 0 }] })],
    ['one class', (spec) => ({ ...spec, targets: [{ name: 'y', task: 'classification', classes: ['a'] }] })],
    [
      'names for other classes',
      (spec) => ({ ...spec, targets: [{ name: 'y', task: 'classification', classes: ['a', 'b'], names: ['c'] }] }),
    ],
    ['other texts', (spec) => ({ ...spec, missingTexts: [1] })],
  ])('with %s is refused', async (_, damage) => {
    const { spec } = await coderOf(
      [
        { a: 1, y: 1.5 },
        { a: 2, y: 2.5 },
      ],
      { target: 'y' },
    )
    expect(() => new TableCoder(damage(spec) as never)).toThrow(expect.objectContaining({ name: 'FormatError' }))
  })
})
