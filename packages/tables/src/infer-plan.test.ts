import { describe, expect, it } from 'vitest'
import { inferPlan } from './infer-plan.ts'
import { profileTable } from './profile.ts'
import { rowsSource } from './source.ts'
import type { PlanOptions } from './table-plan.ts'

const rows = Array.from({ length: 60 }, (_, i) => ({
  id: i + 1,
  age: i % 7 === 0 ? null : 20 + ((i * 13) % 41),
  income: `${i},${i % 10}`,
  smoker: i % 2 ? 'yes' : 'no',
  city: ['Rome', 'Oslo', 'Lima'][i % 3],
  joined: `2023-${String((i % 12) + 1).padStart(2, '0')}-11`,
  note: `the note ${i} says ${i * 31} things about person ${i % 5}`,
  name: `Q${i * 77}`,
  pixels: [i, 1, 2],
  constant: 'x',
  empty: null,
  odd: i % 20 === 3 ? 'trace' : i,
  p0: i / 2,
  p1: i / 3,
  p2: i / 4,
  label: i % 2,
  price: i * 3.5,
}))
const profile = await profileTable(rowsSource(rows, 'people'))
const plan = (options: PlanOptions) => inferPlan(profile, options)
const kinds = (options: PlanOptions) =>
  Object.fromEntries(plan(options).inputs.map(({ name, options: { kind } }) => [name, kind]))

describe('inferPlan: inputs', () => {
  it('chooses a kind for each column, and says what is left out', () => {
    expect(kinds({ target: 'price' })).toEqual({
      age: 'number',
      income: 'number',
      smoker: 'boolean',
      city: 'category',
      joined: 'date',
      note: 'text',
      pixels: 'array',
      odd: 'number',
      p0: 'number',
      p1: 'number',
      p2: 'number',
      label: 'number',
    })
    const { choices, inputs } = plan({ target: 'price' })
    expect(choices).toEqual([
      "'id' is left out: it counts the rows.",
      "'name' is left out: 60 of its 60 values differ, so they are names.",
      '\'constant\' is left out: all values are "x".',
      "'empty' is left out: it has no values.",
      '\'odd\' is a number, so "trace" there is a missing value.',
      "'price' is a number from 0 to 206.5: a regression.",
    ])
    const options = Object.fromEntries(inputs.map((input) => [input.name, input.options]))
    expect(options.income).toEqual({ kind: 'number', decimal: ',' })
    expect(options.joined).toEqual({ kind: 'date', order: 'ymd' })
    expect(options.odd).toEqual({ kind: 'number', missingTexts: ['trace'] })
  })

  it('takes few long names for categories, true and false for booleans, arrays for inputs where they are alike', async () => {
    const table = Array.from({ length: 60 }, (_, i) => ({
      answer: `I ${['fully', 'partly'][i % 2]} agree with this statement`,
      comment: i === 0 ? 'Data of a public source' : null,
      open: i % 3 === 0,
      flags: [`tag${i % 4}`],
      sizes: Array.from({ length: i % 3 }, () => 1),
      place: [i, 1],
      price: i / 2,
    }))
    const { inputs, choices } = inferPlan(await profileTable(rowsSource(table)), { target: 'price' })
    expect(inputs.map(({ name, options: { kind } }) => `${name} ${kind}`)).toEqual([
      'answer category',
      'comment category',
      'open boolean',
      'place array',
    ])
    expect(choices.slice(0, 2)).toEqual([
      "'flags' is left out: it has arrays of other things than numbers.",
      "'sizes' is left out: its arrays have different shapes.",
    ])
  })

  it('takes names, ranges, kinds, options and inputs by name', () => {
    expect(Object.keys(kinds({ target: 'price', inputs: ['p0..p2', 'age'] }))).toEqual(['p0', 'p1', 'p2', 'age'])
    expect(kinds({ target: 'price', inputs: ['age', 'id', 'constant', 'price'] })).toEqual({
      age: 'number',
      id: 'number',
      constant: 'category',
      price: 'number',
    })
    expect(plan({ target: 'price', inputs: ['price'] }).choices).toContain("'price' is both an input and a target.")
    const { inputs } = plan({
      target: 'price',
      inputs: {
        age: { scale: [0, 100] },
        label: 'category',
        city: null,
        numbers: ['p0..p1'],
        'p2..p2': { scale: 'none' },
      },
      missing: 'mean',
    })
    expect(inputs).toEqual([
      { name: 'age', options: { kind: 'number', missing: 'mean', scale: [0, 100] } },
      { name: 'label', options: { kind: 'category', missing: 'mean' } },
      { name: 'city', options: { kind: 'category', missing: 'mean' } },
      { name: 'p0', options: { kind: 'number', missing: 'mean' }, input: 'numbers' },
      { name: 'p1', options: { kind: 'number', missing: 'mean' }, input: 'numbers' },
      { name: 'p2', options: { kind: 'number', missing: 'mean', scale: 'none' } },
    ])
    expect(kinds({ target: 'price', columns: { age: null, id: 'category', city: 'text' } })).toMatchObject({
      id: 'category',
      city: 'text',
    })
    expect(kinds({ target: 'price', columns: { age: null } })).not.toHaveProperty('age')
  })

  it.each<[PlanOptions, string]>([
    [{ target: 'prize' }, "target: there is no column 'prize'. Did you mean 'price'?"],
    [{ target: 'price', inputs: ['agee'] }, "inputs: there is no column 'agee'. Did you mean 'age'?"],
    [{ target: 'price', inputs: ['p0..p9'] }, "there is no column 'p9'"],
    [{ target: 'price', inputs: ['p2..p0'] }, "'p0' comes first"],
    [{ target: 'price', inputs: ['age', 'age'] }, "'age' is named twice"],
    [{ target: 'price', inputs: ['name'] }, "'name' cannot be an input: 60 of its 60 values differ"],
    [
      { target: 'price', columns: Object.fromEntries(profile.columns.map(({ name }) => [name, null])) },
      'people: there is no column from which price could be predicted',
    ],
    [{ target: 'price', columns: { agee: null } }, "columns: there is no column 'agee'"],
    [{ target: 'price', columns: { age: 'numbr' } }, 'columns.age: there is no kind "numbr". Did you mean \'number\'?'],
    [{ target: 'price', columns: { age: 'toString' } }, 'there is no kind "toString"'],
  ])('refuses %j', (options, message) => expect(() => plan(options)).toThrow(message))
})

describe('inferPlan: targets', () => {
  it('classifies texts, booleans and small whole numbers from 0 or 1, and regresses other numbers', () => {
    expect(plan({ target: 'city' }).targets).toEqual([
      { name: 'city', task: 'classification', classes: ['Lima', 'Oslo', 'Rome'], options: { kind: 'category' } },
    ])
    expect(plan({ target: 'label' }).targets[0]).toMatchObject({ task: 'classification', classes: ['0', '1'] })
    expect(plan({ target: 'smoker' }).targets[0]).toMatchObject({ classes: ['no', 'yes'] })
    expect(plan({ target: 'income' }).targets[0]).toEqual({
      name: 'income',
      task: 'regression',
      options: { kind: 'number', decimal: ',' },
    })
    expect(plan({ target: ['price', 'city'] }).targets.map(({ task }) => task)).toEqual([
      'regression',
      'classification',
    ])
  })

  it('does as it is told', () => {
    expect(plan({ target: 'label', task: 'regression' }).targets[0]).toMatchObject({ task: 'regression' })
    expect(plan({ target: ['label', 'city'], task: { label: 'regression' } }).targets[0]).toMatchObject({
      task: 'regression',
    })
    expect(plan({ target: 'label', classes: ['no', 'yes'] }).targets[0]).toMatchObject({
      classes: ['0', '1'],
      names: ['no', 'yes'],
    })
    expect(plan({ target: 'city', classes: ['Rome', 'Oslo', 'Lima'] }).targets[0]).toMatchObject({
      classes: ['Rome', 'Oslo', 'Lima'],
    })
    expect(plan({ target: ['label', 'city'], classes: { label: ['a', 'b'] } }).targets).toMatchObject([
      { names: ['a', 'b'] },
      { classes: ['Lima', 'Oslo', 'Rome'] },
    ])
    expect(plan({ target: 'price', columns: { price: { scale: 'none' } } }).targets[0]!.options).toEqual({
      kind: 'number',
      scale: 'none',
    })
  })

  it.each<[PlanOptions, string]>([
    [{ target: 'empty' }, "target: the column 'empty' has no values"],
    [{ target: 'constant' }, 'all values of \'constant\' are "x"; expected at least two classes'],
    [{ target: 'city', task: 'regression' }, 'holds texts such as "Rome"'],
  ])('refuses %j', (options, message) => expect(() => plan(options)).toThrow(message))

  it('refuses a target with a single value', async () => {
    const table = Array.from({ length: 30 }, (_, i) => ({
      a: i / 3,
      level: 7,
      ill: i < 20 ? 'None' : 'mild',
      grade: 3 + (i % 6),
    }))
    const one = await profileTable(rowsSource(table))
    expect(() => inferPlan(one, { target: 'level' })).toThrow("all values of 'level' are 7; expected at least two.")
    expect(() => inferPlan(one, { target: 'ill' })).toThrow(
      "all values of 'ill' are \"mild\"; expected at least two classes. 'None' means a missing value; if it is a class, set missingTexts: [''].",
    )
    const { choices } = inferPlan(one, { target: 'grade', inputs: ['a'] })
    expect(choices).toEqual(["'grade' is a number from 3 to 8: a regression. For classes, set task: 'classification'."])
  })

  it('refuses too many classes', async () => {
    const many = await profileTable(rowsSource(Array.from({ length: 500 }, (_, i) => ({ a: i, b: `n${i}` }))))
    expect(() => inferPlan(many, { target: 'b' })).toThrow(
      "'b' has 500 different values in 500 rows, too many for classes",
    )
    expect(() => inferPlan(many, { target: 'a', task: 'classification' })).toThrow("Set task: 'regression'")
  })
})
