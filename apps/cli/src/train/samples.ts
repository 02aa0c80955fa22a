import { resolve } from 'node:path'
import type { HostArray } from '@gradus/core'
import { readCsv, scaleToUnit } from 'gradus'
import type { Config } from '../config/config-schema.ts'

type DataConfig = Config['data']

/** Samples in memory. */
export interface Samples {
  readonly path: string
  readonly count: number
  /** `[count, inputs]` */
  readonly x: HostArray
  /** `[count]`, or `[count, targets]` where there are several. */
  readonly y: HostArray
}

/** Reads the samples of a CSV file. Throws `DataError` with line, column, value and expectation. */
export async function readSamples(file: string, folder: string, data: DataConfig): Promise<Samples> {
  const path = resolve(folder, file)
  const inputs = inputColumns(data)
  const targets = targetColumns(data)
  const classes = data.classes && (await namesClasses(path, targets, data)) ? data.classes : undefined
  const table = await readCsv(
    { path },
    {
      columns: {
        ...Object.fromEntries(inputs.map((name) => [name, 'number' as const])),
        ...Object.fromEntries(targets.map((name) => [name, classes ?? ('number' as const)])),
      },
      delimiter: data.separator ?? ',',
      name: file,
      ...(data.rows !== undefined && { rows: data.rows }),
    },
  )
  const y = table.matrix(targets)
  return {
    path,
    count: table.rowCount,
    x: scaled(table.matrix(inputs), data),
    y: targets.length === 1 ? { ...y, shape: [table.rowCount] } : y,
  }
}

/** The names of the input columns, in order. */
export function inputColumns({ inputs }: DataConfig): readonly string[] {
  return Array.isArray(inputs) ? inputs : Object.keys(inputs)
}

/** The names of the target columns, in order. */
export function targetColumns({ target }: DataConfig): readonly string[] {
  return typeof target === 'string' ? [target] : target
}

/** Whether the target column holds the names of the classes, as opposed to their numbers. */
async function namesClasses(
  path: string,
  targets: readonly string[],
  { classes = [], separator = ',', rows }: DataConfig,
): Promise<boolean> {
  const columns = Object.fromEntries(targets.map((name) => [name, 'string' as const]))
  const table = await readCsv({ path }, { columns, delimiter: separator, ...(rows !== undefined && { rows }) })
  return targets.some((name) => table.columns[name]!.some((text) => classes.includes(text.trim())))
}

// A column without a range keeps its values, because the range from 0 to 1 becomes 0 to 1.
function scaled(x: HostArray, { inputs }: DataConfig): HostArray {
  if (Array.isArray(inputs)) return x
  const ranges = Object.values(inputs).map((column) => column?.scale ?? ([0, 1] as const))
  return scaleToUnit(x, { low: ranges.map(([low]) => low), high: ranges.map(([, high]) => high) })
}
