import { ConfigError, describeValue, type HostArray, suggest } from '@gradus/core'
import type { CsvColumn, CsvValues } from './csv-columns.ts'

/** The columns of a CSV file, as `readCsv` returns them. */
export class CsvTable<C extends Readonly<Record<string, CsvColumn>>> {
  constructor(
    readonly rowCount: number,
    /** Values by column, in the order of the file. */
    readonly columns: { readonly [K in keyof C]: CsvValues<C[K]> },
  ) {}

  /** Joins columns of numbers to a matrix for a model, float32 `[rows, names]`. Throws `ConfigError` for columns of texts. */
  matrix(names: readonly (keyof C & string)[]): HostArray {
    if (!Array.isArray(names)) {
      throw new ConfigError(
        `matrix takes a list of columns, as in matrix(['age', 'height']), and got ${describeValue(names)}.`,
      )
    }
    const data = new Float32Array(this.rowCount * names.length)
    names.forEach((name, position) => {
      const column = this.columns[name] as HostArray | readonly string[] | undefined
      if (column === undefined)
        throw new ConfigError(`matrix: there is no column '${name}'.${suggest(name, Object.keys(this.columns))}`)
      if (!('data' in column))
        throw new ConfigError(`matrix: the column '${name}' holds texts. Read it as a list of categories.`)
      for (let row = 0; row < this.rowCount; row++) data[row * names.length + position] = column.data[row]!
    })
    return { data, shape: [this.rowCount, names.length], dtype: 'float32' }
  }

  /** Returns the rows as objects of numbers and texts. Booleans are 0 and 1, categories their indices. */
  rows(): { readonly [K in keyof C]: C[K] extends 'string' ? string : number }[] {
    const entries = Object.entries(this.columns) as [string, HostArray | readonly string[]][]
    return Array.from({ length: this.rowCount }, (_, row) =>
      Object.fromEntries(entries.map(([name, column]) => [name, 'data' in column ? column.data[row] : column[row]])),
    ) as ReturnType<CsvTable<C>['rows']>
  }
}
