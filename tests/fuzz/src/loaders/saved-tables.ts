import '../backend.ts'
import { ConfigError } from '@gradus/core'
import { exportJs } from '@gradus/export-js'
import { Dense } from '@gradus/layers'
import { Sequential } from '@gradus/models'
import {
  checkTableSpec,
  describeSpec,
  inferPlan,
  learnTable,
  predictRows,
  profileTable,
  rowsSource,
  TableCoder,
} from '@gradus/tables'
import fc from 'fast-check'
import { copied, hostile, jsonOf } from '../hostile.ts'
import { loader } from '../loader.ts'
import { jsonCases } from '../mutate-json.ts'

const rows = Array.from({ length: 40 }, (_, index) => ({
  age: index % 9 === 4 ? null : index * 1.5,
  city: ['Rome', 'Oslo', 'Lima'][index % 3],
  paid: index % 2 === 0,
  day: `2024-0${1 + (index % 9)}-1${index % 9} 0${index % 8}:30`,
  note: ['red wine and bread', 'white bread', 'much water', 'wine'][index % 4],
  pixels: [index, 2, 3],
  size: index / 3,
  color: ['red', 'green', 'blue'][index % 3],
}))
const source = rowsSource(rows)
const profile = await profileTable(source)
const columns = { note: { kind: 'text' }, pixels: { kind: 'array' } }
const specs = [
  await learnTable(source, inferPlan(profile, { target: 'color', columns })),
  await learnTable(source, inferPlan(profile, { target: ['size', 'paid'], columns })),
]
const targets: object[] = specs.map(({ targets: list }) => ({
  format: 1,
  inputs: specs[0]!.inputs.slice(0, 1),
  targets: list,
}))

/** Texts that end a literal of JavaScript or an element of a page. */
const code = [
  "');globalThis.polluted=1;('",
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is code
  '`${globalThis.polluted=1}`',
  '"];globalThis.polluted=1//',
  '</script>',
  '\u2028\n\\',
]

/** Returns a copy of data in which each text, number and boolean is changed. */
function mapLeaves(value: object, change: (leaf: unknown) => unknown): unknown {
  return JSON.parse(JSON.stringify(value), (_, part: unknown) => (typeof part === 'object' ? part : change(part)))
}

const savedSpecs = fc.oneof(
  jsonCases([...specs, ...targets]),
  // a text anywhere becomes code
  fc.tuple(fc.constantFrom(...[...specs, ...targets]), fc.nat(), fc.constantFrom(...code)).map(([spec, at, text]) => {
    let [count, index] = [0, 0]
    mapLeaves(spec, () => count++)
    return mapLeaves(spec, (value) => (index++ === at % count ? text : value))
  }),
)

export const savedTables = loader({
  name: 'the tables of saved models',
  covers: [],
  cases: savedSpecs,
  async read(spec) {
    const known = checkTableSpec(spec)
    describeSpec(known)
    const coder = new TableCoder(known)
    await coder.encodeRows(rows.slice(0, 3))
    const width = known.targets.map((target) =>
      target.task === 'classification' && target.classes.length > 2 ? target.classes.length : 1,
    )
    if (width.length > 0) coder.decode(width.map((one) => ({ data: new Float32Array(one), shape: [1, one] })))
  },
})

export const rowsToPredict = loader({
  name: 'rows to predict',
  covers: [],
  cases: fc.tuple(
    fc.constantFrom(0, 1),
    fc.oneof(
      jsonCases(rows.slice(0, 2)).map((row) => [row]),
      fc.array(fc.constantFrom(...rows)),
      fc.constant([]),
    ),
  ),
  // rows of JSON; those that are no objects are refused before
  async read([index, list]) {
    const parsed = JSON.parse(jsonOf(list)) as Record<string, unknown>[]
    if (!parsed.every((row) => typeof row === 'object' && row !== null && !Array.isArray(row)))
      throw new ConfigError('no rows')
    const spec = specs[index]!
    const model = { table: spec, predictAll: () => Promise.reject(new ConfigError('no model')) }
    await new TableCoder(spec).encodeRows(parsed)
    await predictRows(model, parsed).catch((error: unknown) => {
      if (!(error instanceof ConfigError)) throw error
    })
  },
})

const model = new Sequential([new Dense({ units: 1, inputShape: [2] })])

export const exportedTables = loader({
  name: 'tables as JavaScript',
  covers: [],
  cases: fc.tuple(savedSpecs, fc.oneof(fc.constant(undefined), hostile)),
  async read([spec, first]) {
    const table = (typeof spec === 'object' && spec !== null ? copied(spec) : { spec }) as Record<string, unknown>
    const { inputs } = table
    // the columns of one input, so that the model fits
    if (Array.isArray(inputs) && first === undefined) table['inputs'] = inputs.slice(0, 1)
    model.table = table
    const { code: text } = await exportJs(model, { format: 'iife' })
    if (/<\/?script|\u2028/i.test(text)) throw new Error('a page cannot have the code')
    const { predictRows: predict } = new Function(`${text}\nreturn model`)() as { predictRows(list: object[]): unknown }
    if ('polluted' in globalThis) throw new Error('a text of the table was run')
    try {
      predict(rows.slice(0, 2))
    } catch (error) {
      // what the file says of rows that do not fit
      if (error instanceof TypeError && /^(row \d|no row)/.test(error.message)) throw new ConfigError(error.message)
      throw error
    }
  },
})
