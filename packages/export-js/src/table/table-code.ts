import { ConfigError } from '@gradus/core'
import { sizeOf } from '@gradus/tensor'
import { jsonText, keyText, numberText } from '../code.ts'
import type { UsedHelpers } from '../helpers.ts'
import type { Port } from '../inference-graph.ts'
import { missingTexts, type Table, type TableColumn, type TableTarget } from './table-spec.ts'

/** The code of a column: how a cell is read, and how its value `v` becomes numbers of the array `a` from `at`. */
interface ColumnCode {
  /** A function of a cell. */
  readonly read: string
  readonly expected: string
  /** The number of numbers. */
  readonly width: number
  encode(array: string, at: number): string
  /** Whether the column is an input of the model by itself. */
  readonly isAlone?: boolean
}

type ColumnWriter = (column: TableColumn, helpers: UsedHelpers, define: (value: string) => string) => ColumnCode

interface NumberState {
  readonly offset: number
  readonly span: number
  readonly fill: number
  readonly marksMissing: boolean
}

/** The kinds of columns that exported files read. */
const kinds: Readonly<Record<string, ColumnWriter>> = {
  number({ options, state }, helpers) {
    const decimal = options['decimal'] === ',' ? ',' : '.'
    const { offset, span, fill, marksMissing } = state as unknown as NumberState
    return {
      read: `${helpers.use('nu')}('${decimal}')`,
      expected: decimal === ',' ? "a number with the decimal mark ','" : 'a number',
      width: marksMissing ? 2 : 1,
      encode: (a, at) =>
        `${a}[${at}]=${scaled(`(v??${numberText(fill)})`, offset, span)};${mark(marksMissing, a, at + 1)}`,
    }
  },
  boolean({ state }, helpers) {
    const { fill, marksMissing } = state as unknown as NumberState
    return {
      read: helpers.use('bo'),
      expected: 'true, false, yes, no, 1 or 0',
      width: marksMissing ? 2 : 1,
      encode: (a, at) => `${a}[${at}]=v??${numberText(fill)};${mark(marksMissing, a, at + 1)}`,
    }
  },
  category({ options, state }, helpers, define) {
    const { categories, hasOther, marksMissing, fill } = state as unknown as {
      readonly categories: readonly string[]
      readonly hasOther: boolean
      readonly marksMissing: boolean
      readonly fill?: string
    }
    const numbers = define(`new Map(${jsonText(categories)}.map((x,i)=>[x,i]))`)
    const text = helpers.use('tt')
    const given = options['categories'] as readonly string[] | undefined
    const other = categories.length
    return {
      read: given ? `c=>{const t=${text}(c);return ${jsonText(given)}.includes(t)?t:void 0}` : text,
      expected: given ? `one of ${given.map((one) => `'${one}'`).join(', ')}` : 'a name',
      width: other + Number(hasOther) + Number(marksMissing),
      encode: (a, at) =>
        `{const k=${fill === undefined ? 'v' : `v??${jsonText(fill)}`},j=${numbers}.get(k);if(j>=0)${a}[${at}+j]=1;` +
        `${hasOther ? `else if(k!==void 0)${a}[${at + other}]=1;` : ''}}${mark(marksMissing, a, at + other + Number(hasOther))}`,
    }
  },
  date({ options, state }, helpers) {
    const { offset, span, fill, marksMissing, cycles } = state as unknown as NumberState & {
      readonly cycles: readonly string[]
    }
    const order = (options['order'] ?? 'ymd') as string
    const text = { dmy: ' (day, month, year)', mdy: ' (month, day, year)' }[order] ?? ''
    return {
      read: `${helpers.use('da')}('${order}')`,
      expected: `a date${text}`,
      width: 1 + 2 * cycles.length + Number(marksMissing),
      encode: (a, at) => {
        const parts = cycles.map((cycle, index) => {
          const angle = `2*Math.PI*${helpers.use('cy')}(t,'${cycle}')`
          return `${a}[${at + 1 + 2 * index}]=Math.sin(${angle});${a}[${at + 2 + 2 * index}]=Math.cos(${angle});`
        })
        const time = `{const t=v??${numberText(fill)};${a}[${at}]=${scaled('t', offset, span)};${parts.join('')}}`
        return `${time}${mark(marksMissing, a, at + 1 + 2 * cycles.length)}`
      },
    }
  },
  text({ state }, helpers, define) {
    const { words, rarity } = state as unknown as {
      readonly words: readonly string[]
      readonly rarity: readonly number[]
    }
    const numbers = define(`new Map(${jsonText(words)}.map((x,i)=>[x,i]))`)
    const weights = define(`[${rarity.map(numberText).join()}]`)
    return {
      read: helpers.use('tt'),
      expected: 'a text',
      width: words.length,
      encode: (a, at) => `${helpers.use('wo')}(v??'',${numbers},${weights},${a},${at});`,
    }
  },
  array({ state }, helpers) {
    const { shape, offset, span } = state as unknown as NumberState & { readonly shape: readonly number[] }
    return {
      read: `${helpers.use('ar')}(${sizeOf(shape)})`,
      expected: `an array of numbers of the shape [${shape.join(', ')}]`,
      width: sizeOf(shape),
      encode: (a, at) => `if(v)for(let i=0;i<v.length;i++)${a}[${at}+i]=${scaled('v[i]', offset, span)};`,
      isAlone: true,
    }
  },
}

function scaled(value: string, offset: number, span: number): string {
  const shifted = offset === 0 ? value : `(${value}-(${numberText(offset)}))`
  return span === 1 ? shifted : `${shifted}/(${numberText(span)})`
}

function mark(isMarked: boolean, array: string, at: number): string {
  return isMarked ? `${array}[${at}]=v===void 0?1:0;` : ''
}

/**
 * Writes the function `predictRows`, which takes objects by the names of columns. Throws `ConfigError` for a kind of columns that needs
 * more than JavaScript, such as image files, and for a table that does not fit the model.
 */
export function tableCode(
  table: Table,
  inputs: readonly Port[],
  outputs: readonly Port[],
  helpers: UsedHelpers,
): string {
  const constants: string[] = []
  const define = (value: string): string => {
    const name = `d${constants.length}`
    constants.push(`const ${name}=${value}`)
    return name
  }
  const columns = table.inputs.map((column) => ({ column, code: columnCode(column, helpers, define) }))
  const groups = new Map<string, { width: number }>()
  const order = [...columns.filter(({ code }) => !code.isAlone), ...columns.filter(({ code }) => code.isAlone)]
  for (const { column, code } of order) {
    const name = column.input ?? (code.isAlone ? column.name : 'features')
    groups.set(name, { width: (groups.get(name)?.width ?? 0) + code.width })
  }
  const names = [...groups.keys()]
  requireInputs(groups, inputs)
  const filled = new Map(names.map((name) => [name, 0]))
  const parts = columns.map(({ column, code }) => {
    const name = column.input ?? (code.isAlone ? column.name : 'features')
    const at = filled.get(name)!
    filled.set(name, at + code.width)
    const missing = define(`new Set(${jsonText(missingOf(table, column))})`)
    const key = jsonText(column.name)
    const drops =
      column.options['missing'] === 'drop' ? `if(${helpers.use('mi')}(r[${key}],${missing}))return null;` : ''
    const refuses = column.options['missing'] === 'refuse' ? 1 : 0
    const read = `v=${helpers.use('ce')}(r,i,${key},${missing},${refuses},${code.read},${jsonText(code.expected)});`
    return { drops, code: `${read}${code.encode(`a${names.indexOf(name)}`, at)}` }
  })
  const arrays = names.map((name, index) => `a${index}=new Float32Array(${groups.get(name)!.width})`)
  const row = names.length === 1 ? 'a0' : `{${names.map((name, index) => `${keyText(name)}:a${index}`).join()}}`
  const all = jsonText(table.inputs.map(({ name }) => name))
  return [
    ...constants,
    `function predictRows(rows){for(const k of ${all})if(rows.length&&!rows.some(r=>k in r))throw new TypeError('no row has the column '+k);` +
      `return rows.map((r,i)=>{${parts.map(({ drops }) => drops).join('')}const ${arrays.join()};let v;` +
      `${parts.map(({ code }) => code).join('')}const [y]=predict([${row}]);${decodeCode(table.targets, outputs, helpers)}})}`,
  ].join('\n')
}

function columnCode(column: TableColumn, helpers: UsedHelpers, define: (value: string) => string): ColumnCode {
  const { kind } = column.options
  if (Object.hasOwn(kinds, kind)) return kinds[kind]!(column, helpers, define)
  throw new ConfigError(
    `The column '${column.name}' is of the kind '${kind}', which a file of JavaScript cannot read. Export with table: false (--no-table); then predict takes the numbers of the model's inputs.`,
  )
}

/** The texts that mean a missing value in a column, in lower case. */
function missingOf(table: Table, { options }: TableColumn): string[] {
  const values = new Set(((options['categories'] ?? []) as readonly string[]).map((value) => value.toLowerCase()))
  const common = (table.missingTexts ?? missingTexts).filter((text) => !values.has(text.toLowerCase()))
  const further = (options['missingTexts'] ?? []) as readonly string[]
  return [...new Set([...common, ...further].map((text) => text.trim().toLowerCase()))]
}

/** Throws `ConfigError` where the columns are not the inputs of the model. */
function requireInputs(groups: ReadonlyMap<string, { readonly width: number }>, inputs: readonly Port[]): void {
  const sizes = [...groups].map(([name, { width }]) => `${name} ${width}`)
  const fits =
    groups.size === 1 && inputs.length === 1
      ? [...groups.values()][0]!.width === sizeOf(inputs[0]!.shape)
      : inputs.length === groups.size && inputs.every(({ name, shape }) => groups.get(name)?.width === sizeOf(shape))
  if (fits) return
  throw new ConfigError(
    `The columns that were saved with the model give inputs of ${sizes.join(', ')} numbers, and the model takes ${inputs.map(({ name, shape }) => `${name} ${sizeOf(shape)}`).join(', ')}. Export with table: false (--no-table).`,
  )
}

/** Statements that return the predictions of a row from the outputs `y`. */
function decodeCode(targets: readonly TableTarget[], outputs: readonly Port[], helpers: UsedHelpers): string {
  const isShared = outputs.length !== targets.length
  const flat = (index: number) =>
    outputs.length === 1 ? '[y].flat(1/0)' : `[y[${jsonText(outputs[index]!.name)}]].flat(1/0)`
  let shared = 0
  const parts = targets.map((target, index) => {
    const units = target.task === 'regression' || target.classes!.length === 2 ? 1 : target.classes!.length
    const from = isShared ? `${flat(0)}.slice(${shared},${shared + units})` : flat(index)
    shared += units
    const key = keyText(target.name)
    if (target.task === 'regression') {
      return `${key}:{value:${from}[0]*${numberText(target.span!)}+(${numberText(target.offset!)})}`
    }
    const names = jsonText(target.names ?? target.classes)
    return `${key}:${helpers.use('cl')}(${from},${names},${target.fromLogits === true})`
  })
  return `return{${parts.join()}}`
}
