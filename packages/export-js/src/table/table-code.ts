import { ConfigError, describeName } from '@gradus/core'
import { sizeOf } from '@gradus/tensor'
import { jsonText, keyText } from '../code.ts'
import type { UsedHelpers } from '../helpers.ts'
import type { Port } from '../inference-model.ts'
import { cellReader, isMissing } from './cells.ts'
import type { ColumnCode, ColumnWriter } from './column-code.ts'
import * as allKinds from './kinds/all.ts'
import { missingTexts, type Table, type TableColumn } from './table-spec.ts'
import { decodeCode } from './target-code.ts'

const kinds: Readonly<Record<string, ColumnWriter>> = allKinds

/**
 * Writes the function `predictRows`, which takes objects by the names of columns. Throws `ConfigError` for a kind of columns that needs
 * more than JavaScript, and for a table that does not fit the model.
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
      column.options['missing'] === 'drop' ? `if(${helpers.use(isMissing)}(r[${key}],${missing}))return null;` : ''
    const refuses = column.options['missing'] === 'refuse' ? 1 : 0
    const read = `v=${helpers.use(cellReader)}(r,i,${key},${missing},${refuses},${code.read},${jsonText(code.expected)});`
    return { drops, code: `${read}${code.encode(`a${names.indexOf(name)}`, at)}` }
  })
  const arrays = names.map((name, index) => `a${index}=new Float32Array(${groups.get(name)!.width})`)
  const row = names.length === 1 ? 'a0' : `{${names.map((name, index) => `${keyText(name)}:a${index}`).join()}}`
  const all = jsonText(table.inputs.map(({ name }) => name))
  return [
    ...constants,
    `function predictRows(rows){for(const k of ${all})if(rows.length&&!rows.some(r=>Object.hasOwn(r,k)))throw new TypeError('no row has the column '+k);` +
      `return rows.map((r,i)=>{${parts.map(({ drops }) => drops).join('')}const ${arrays.join()};let v;` +
      `${parts.map(({ code }) => code).join('')}const [y]=predict([${row}]);${decodeCode(table.targets, outputs, helpers)}})}`,
  ].join('\n')
}

function columnCode(column: TableColumn, helpers: UsedHelpers, define: (value: string) => string): ColumnCode {
  const { kind } = column.options
  if (Object.hasOwn(kinds, kind)) return kinds[kind]!(column, helpers, define)
  throw new ConfigError(
    `The column ${describeName(column.name)} is of the kind ${describeName(kind)}, which a file of JavaScript cannot read. Export with table: false (--no-table); then predict takes the numbers of the model's inputs.`,
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
