import { createContext, runInContext } from 'node:vm'
import { cpu } from '@gradus/backend-cpu'
import { input } from '@gradus/core'
import { Concatenate, Dense, Flatten } from '@gradus/layers'
import { Model, Sequential } from '@gradus/models'
import {
  inferPlan,
  learnTable,
  predictRows,
  profileTable,
  rowsSource,
  TableCoder,
  missingTexts as texts,
} from '@gradus/tables'
import { useBackend } from '@gradus/tensor'
import { beforeAll, describe, expect, it } from 'vitest'
import { exportJs } from '../export-js.ts'
import type { Helper } from '../helper.ts'
import { dateReader } from './kinds/date.ts'
import { numberReader } from './kinds/number.ts'
import { missingTexts } from './table-spec.ts'

beforeAll(async () => {
  await useBackend(cpu())
})

type Row = Readonly<Record<string, unknown>>

async function exportedRows(model: Model): Promise<(rows: readonly Row[]) => Row[]> {
  const { code } = await exportJs(model, { format: 'iife' })
  return new Function(`${code}\nreturn model.predictRows`)() as (rows: readonly Row[]) => Row[]
}

/** A model of random weights on the columns of rows. */
async function modelOn(rows: readonly Row[], options: Parameters<typeof inferPlan>[1]): Promise<Model> {
  const source = rowsSource(rows)
  const spec = await learnTable(source, inferPlan(await profileTable(source), options))
  const [columns] = new TableCoder(spec).inputs
  const units = spec.targets[0]!.task === 'classification' && spec.targets[0]!.classes.length > 2 ? 3 : 1
  const activation = spec.targets[0]!.task === 'regression' ? 'linear' : units === 1 ? 'sigmoid' : 'softmax'
  const model = new Sequential([new Dense({ units, activation, inputShape: columns!.shape as number[] })], { seed: 4 })
  model.table = spec as never
  return model as Model
}

async function expectSame(model: Model, rows: readonly Row[]): Promise<void> {
  const expected = await predictRows(model as never, rows)
  const made = (await exportedRows(model))(rows)
  expect(made).toHaveLength(expected.length)
  for (const [index, row] of expected.entries()) {
    for (const [name, { value, probabilities = {} }] of Object.entries(row)) {
      const own = made[index]![name] as (typeof row)[string]
      if (typeof value === 'number') expect(own.value).toBeCloseTo(value, 5)
      else expect(own.value).toBe(value)
      expect(Object.keys(own.probabilities ?? {})).toEqual(Object.keys(probabilities))
      for (const [one, p] of Object.entries(probabilities)) expect(own.probabilities![one]).toBeCloseTo(p, 6)
    }
  }
}

const kinds = ['small', 'large', 'none of these']
const table = Array.from({ length: 60 }, (_, index) => ({
  size: index % 7 === 3 ? null : index * 1.5,
  price: `$${index},000.50`,
  city: ['Rome', 'Oslo', "O'Fallon", 'New York: "NY"'][index % 4],
  garden: index % 3 === 0 ? 'yes' : 'no',
  built: `${1990 + (index % 30)}-0${1 + (index % 9)}-1${index % 10}T0${index % 10}:30Z`,
  notes: index % 2 === 0 ? `a quiet street and house ${index}` : "near the school; it's new",
  kind: kinds[index % 3],
  value: 10 * index,
}))

describe('predictRows of an exported file', () => {
  it.each([
    ['three classes', { target: 'kind' }],
    ['two classes', { target: 'garden' }],
    ['a number', { target: 'value' }],
  ])('predicts as that of the tables: %s', async (_, options) => {
    const model = await modelOn(table, options)
    await expectSame(model, table)
    await expectSame(model, [
      { ...table[1]!, size: ' NA ', city: 'Elsewhere', notes: '', built: new Date(Date.UTC(2001, 4, 6)) },
      { ...table[2]!, size: '1,234.5', price: '120.5M', garden: true, city: '?' },
      { ...table[3]!, size: 12n, price: '-0.5 %', built: '10 Mar 2004 18:00', notes: 'School school street' },
    ])
  })

  it('refuses what the tables refuse, with the row and the column', async () => {
    const predict = await exportedRows(await modelOn(table, { target: 'value' }))
    const [row] = table
    expect(() => predict([row!, { ...row!, price: 'much' }])).toThrow('row 1, price: "much"; expected a number')
    expect(() => predict([{ ...row!, garden: 'perhaps' }])).toThrow(
      'row 0, garden: "perhaps"; expected true, false, yes, no, 1 or 0',
    )
    const { city: _, ...without } = row!
    expect(() => predict([without])).toThrow('no row has the column city')
    expect(predict([])).toEqual([])
  })

  it('leaves a row out whose missing value drops it', async () => {
    const spec = {
      format: 1,
      inputs: [
        {
          name: 'a',
          options: { kind: 'number', missing: 'drop' },
          state: { offset: 0, span: 1, fill: 0, marksMissing: false },
        },
        {
          name: 'b',
          options: { kind: 'number', missing: 'refuse', decimal: ',' },
          state: { offset: 1, span: 2, fill: 0, marksMissing: false },
        },
      ],
      targets: [{ name: 'c', task: 'regression', offset: 5, span: -2 }],
    }
    const model = new Sequential([new Dense({ units: 1, kernelInitializer: 'ones', inputShape: [2] })]) as Model
    model.table = spec
    const predict = await exportedRows(model)
    expect(predict([{ a: 1, b: '3,5' }, { b: 1 }])).toEqual([{ c: { value: (1 + 1.25) * -2 + 5 } }, null])
    expect(() => predict([{ a: 1, b: '-' }])).toThrow("row 0, b: no value; expected a number with the decimal mark ','")
  })

  it('fills arrays, several inputs and several targets', async () => {
    const number = { offset: 0, span: 10, fill: 5, marksMissing: true }
    const spec = {
      format: 1,
      inputs: [
        { name: 'pixels', options: { kind: 'array' }, state: { shape: [2, 2], offset: 0, span: 255 } },
        { name: 'age', options: { kind: 'number' }, state: number },
        {
          name: 'side',
          options: { kind: 'category' },
          state: { categories: ['l', 'r'], hasOther: true, marksMissing: true },
        },
      ],
      targets: [
        { name: 'ill', task: 'classification', classes: ['0', '1'], names: ['no', 'yes'], fromLogits: true },
        { name: 'kind', task: 'classification', classes: ['x', 'y', 'z'], fromLogits: true },
      ],
    }
    const [pixels, features] = [input({ shape: [2, 2], name: 'pixels' }), input({ shape: [6], name: 'features' })]
    const both = new Concatenate({}).call([new Flatten({}).call(pixels), features])
    const outputs = [new Dense({ units: 1, name: 'ill' }).call(both), new Dense({ units: 3, name: 'kind' }).call(both)]
    const model = new Model({ inputs: { pixels, features }, outputs }) as Model
    model.table = spec
    await expectSame(model, [
      {
        pixels: [
          [0, 255],
          [51, 2],
        ],
        age: 44,
        side: 'r',
      },
      { pixels: { data: Uint8Array.of(1, 2, 3, 4), shape: [2, 2] }, age: null, side: 'q' },
      {
        pixels: [
          [0, 1],
          [5, 2],
        ],
        age: '7',
        side: null,
      },
    ])
    const predict = await exportedRows(model)
    expect(() => predict([{ pixels: [1], age: 1, side: 'l' }])).toThrow(
      'expected an array of numbers of the shape [2, 2]',
    )
  })
})

it('reads the pixels of images, and says so where a path is given', async () => {
  const model = new Sequential([new Flatten({ inputShape: [1, 2, 3] }), new Dense({ units: 1 })], { seed: 4 }) as Model
  model.table = {
    format: 1,
    inputs: [{ name: 'photo', options: { kind: 'image' }, state: { shape: [1, 2, 3] } }],
    targets: [{ name: 'y', task: 'regression', offset: 0, span: 1 }],
  }
  await expectSame(model, [
    {
      photo: [
        [
          [255, 0, 0],
          [0, 51, 0],
        ],
      ],
    },
    { photo: Uint16Array.of(65535, 0, 9, 0, 13107, 0) },
    { photo: { width: 2, height: 1, data: Uint8ClampedArray.of(255, 0, 7, 255, 0, 51, 0, 255) } },
  ])
  const predict = await exportedRows(model)
  expect(() => predict([{ photo: 'a.png' }])).toThrow(
    'row 0, photo: "a.png"; expected the pixels of an image of the shape [1, 2, 3], from 0 to 255',
  )
})

it('runs in an engine that has the language alone, with dates of another realm', async () => {
  const model = await modelOn(table, { target: 'value' })
  const { code } = await exportJs(model, { format: 'iife' })
  const context = createContext(Object.create(null), { codeGeneration: { strings: false, wasm: false } })
  runInContext(code, context)
  const { predictRows: exported } = runInContext('model', context)
  const rows = [{ ...table[1]!, built: new Date(Date.UTC(2001, 4, 6)) }]
  const [expected] = await predictRows(model as never, rows)
  expect(exported(rows)[0].value.value).toBeCloseTo(expected!.value!.value as number, 3)
})

const numberTexts = [
  '12',
  '-1.5',
  '+3',
  '.5',
  '5.',
  '1e3',
  '\u22123',
  '1,234',
  '-1,234,567.25',
  '1 234 567',
  "1'234",
  '12_000',
  '45%',
]
  .concat(['-0.5 %', '120.5M', '3k', '1.2 B', '$12', '-$5', '$-5', '12 €', 'EUR 7.5', '7.5 USD', '(3)', '($1,200)'])
  .concat(['1.234,5', '1.234', '-0,25 %', '€ 1.000.000', '1,5', 'abc', '1,23', '1.2.3', '12-', '0x10', '1e999', ' 7 '])

it.each(['.', ','])('reads numbers with the decimal mark %s as the tables do', async (decimal) => {
  const { readNumber } = await import('../../../tables/src/kinds/read-number.ts')
  const read = helperOf<(text: string, mark: string) => number | undefined>(numberReader)
  for (const text of numberTexts)
    expect([text, read(text.trim(), decimal)]).toEqual([text, readNumber(text.trim(), decimal as '.')])
})

it.each(['ymd', 'dmy', 'mdy'])('reads dates in the order %s as the tables do', async (order) => {
  const { readDate } = await import('../../../tables/src/kinds/read-date.ts')
  const read = helperOf<(text: string, order: string) => number | undefined>(dateReader)
  const days = [
    '2024-03-10',
    '10.03.2004',
    '03/10/2004',
    '31/12/99',
    '2024-02-30',
    '10 Mar 2004',
    'March 3, 2021',
    'Tue, 5 Jan 2010',
    '2024-03',
    'Mar 2020',
    '1/2/3',
    '20240310',
  ]
  const times = [
    '',
    'T18:00Z',
    ' 18:00',
    ' 6:30 pm',
    ' 13:00 pm',
    ', 23:59:59.25',
    'T01:02:03+02:00',
    ' 25:00',
    ' 24:59',
    'T18:00+99:00',
    'T18:00+14:00',
    ' 24.00.00',
  ]
  for (const text of [...days.flatMap((day) => times.map((time) => day + time)), '18.00.00', '7:05am', 'x 7:05']) {
    expect([text, read(text, order)]).toEqual([text, readDate(text, order as 'ymd')])
  }
})

function helperOf<T>({ name, source }: Helper): T {
  return new Function(`${source}\nreturn ${name}`)() as T
}

it('has the texts for missing values of the tables', () => {
  expect(missingTexts).toEqual(texts)
})

describe('refuses', () => {
  it.each([
    ['other kinds', { name: 'a', options: { kind: 'sound' }, state: {} }, "'a' is of the kind 'sound'"],
    [
      'columns that do not fit',
      { name: 'a', options: { kind: 'boolean' }, state: { fill: 0, marksMissing: true } },
      'features 2 numbers',
    ],
  ])('%s', async (_, column, message) => {
    const model = new Sequential([new Dense({ units: 1, inputShape: [1] })]) as Model
    model.table = { format: 1, inputs: [column], targets: [{ name: 'y', task: 'regression', offset: 0, span: 1 }] }
    await expect(exportJs(model)).rejects.toThrow(message)
    expect((await exportJs(model, { table: false })).columns).toBeNull()
  })

  it('a description of another version', async () => {
    const model = new Sequential([new Dense({ units: 1, inputShape: [1] })]) as Model
    model.table = { format: 2 }
    await expect(exportJs(model)).rejects.toThrow('format 2; expected 1')
  })
})

describe('tables from files that are not trusted', () => {
  const code = "');globalThis.injected=1;('"
  const number = { name: 'a', options: { kind: 'number' }, state: { offset: 0, span: 1, fill: 0, marksMissing: false } }
  const target = { name: 'y', task: 'regression', offset: 0, span: 1 }
  const exported = (inputs: unknown, targets: unknown = [target], more = {}) => {
    const model = new Sequential([new Dense({ units: 1, inputShape: [1] })])
    model.table = { format: 1, inputs, targets, ...more } as never
    return exportJs(model as Model, { format: 'iife' })
  }

  it.each([
    [
      'an order of dates',
      [{ ...number, options: { kind: 'date', order: code }, state: { ...number.state, cycles: [] } }],
    ],
    ['a cycle', [{ ...number, options: { kind: 'date' }, state: { ...number.state, cycles: [code] } }]],
    ['a fill', [{ ...number, state: { ...number.state, fill: 'globalThis.injected=1' } }]],
    ['a scale', [{ ...number, state: { ...number.state, span: 'globalThis.injected=1' } }]],
    [
      'the length of categories',
      [{ ...number, options: { kind: 'category' }, state: { categories: { length: code } } }],
    ],
    [
      'a rarity',
      [{ ...number, options: { kind: 'text' }, state: { words: ['a'], rarity: ['globalThis.injected=1'] } }],
    ],
    ['a target', [number], [{ ...target, span: 'globalThis.injected=1' }]],
    ['texts', [number], [target], { missingTexts: code }],
  ])('%s that is code is refused', async (_, inputs, targets?: unknown, more?: object) => {
    await expect(exported(inputs, targets, more)).rejects.toThrow('damaged')
  })

  it('names are texts in the code, whatever they have in them', async () => {
    const name = `a"'\`\${globalThis.injected=1}\u2028\n\\</script><script>globalThis.injected=1//`
    const { code: text } = await exported([{ ...number, name }], [{ ...target, name: '__proto__' }])
    expect(text).not.toMatch(/<\/?script|\u2028/)
    const { predictRows: predict } = new Function(`${text}\nreturn model`)() as { predictRows(rows: Row[]): Row[] }
    expect(Object.keys(predict([{ [name]: 1 }])[0]!)).toEqual(['__proto__'])
    expect(() => predict([{ other: 1 }])).toThrow('no row has the column')
    expect(globalThis).not.toHaveProperty('injected')
  })
})
