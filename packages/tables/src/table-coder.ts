import type { HostArray } from '@gradus/core'
import { type Cell, columnMissingTest } from './cell.ts'
import { decodeOutputs, type OutputArray } from './decode-outputs.ts'
import { type Column, encodeColumn, encodeTarget } from './encode-column.ts'
import { sizeOf } from './kinds/array.ts'
import { inputsOf, type ModelInput } from './model-inputs.ts'
import { Problems } from './problems.ts'
import { rowsChunk, type TableChunk } from './source.ts'
import { checkTableSpec, kindOf, positionOf, type TableSpec } from './table-spec.ts'
import { type Prediction, targetMissing } from './target.ts'

/** Rows as arrays for a model. */
export interface EncodedRows {
  /** The positions of the rows in the chunk that are used; others have no target, or a missing value that drops them. */
  readonly rows: readonly number[]
  /** By the names of inputs. */
  readonly x: Readonly<Record<string, HostArray>>
  /** By the names of targets, in a classification `[rows]` int32, in a regression `[rows, 1]` float32. */
  readonly y: Readonly<Record<string, HostArray>>
}

/**
 * Turns rows into arrays for a model, and its outputs into values: scaling, categories, vocabularies, fills and names of classes.
 *
 * @example
 * import { inferPlan, learnTable, profileTable, rowsSource, TableCoder } from '@gradus/tables'
 * const rows = rowsSource([{ size: 1, city: 'Rome', price: 10 }, { size: 3, city: 'Oslo', price: 20 }])
 * const coder = new TableCoder(await learnTable(rows, inferPlan(await profileTable(rows), { target: 'price' })))
 * coder.inputs[0].labels // => ['size', 'city = Oslo', 'city = Rome']
 * const { x } = await coder.encodeRows([{ size: 2, city: 'Rome' }])
 * x.features.data // => [0, 0, 1]
 * x.features.shape // => [1, 3]
 * coder.decode([{ data: [1], shape: [1, 1] }]) // => [{ price: { value: 20 } }]
 */
export class TableCoder {
  private readonly columns: readonly Column[]
  private readonly targetMissing: readonly ((cell: Cell) => boolean)[]
  readonly inputs: readonly ModelInput[]

  /** Throws `FormatError` for a spec that is damaged or of a newer version. */
  constructor(readonly spec: TableSpec) {
    checkTableSpec(spec)
    this.columns = spec.inputs.map((column) => ({
      ...column,
      kind: kindOf(column.options.kind),
      isMissing: columnMissingTest(spec.missingTexts, column.options.missingTexts, column.options.categories),
    }))
    this.targetMissing = spec.targets.map((target) => targetMissing(target, spec.missingTexts))
    this.inputs = inputsOf(this.columns)
  }

  /** The columns of the inputs and the targets. */
  get columnNames(): string[] {
    return [...this.columns, ...this.spec.targets].map(({ name }) => name)
  }

  /**
   * Encodes rows of a source, in which numbers have the decimal mark `decimal` (default that of the training rows). With `targets`, rows without one are left out. Throws `DataError`, which lists the cells that do not fit, and
   * where a column is missing.
   */
  async encode(
    chunk: TableChunk,
    {
      name,
      columns,
      decimal = this.spec.decimal,
      folder = '',
      targets = true,
    }: {
      name: string
      columns: readonly string[]
      decimal?: '.' | ',' | undefined
      folder?: string
      targets?: boolean
    },
  ): Promise<EncodedRows> {
    const source = { name, columns }
    const cells = this.columns.map((column) => chunk.columns[positionOf(source, column.name)]!)
    const wanted = targets ? this.spec.targets : []
    const targetCells = wanted.map((target) => chunk.columns[positionOf(source, target.name)]!)
    const rows = this.usedRows(chunk, cells, targetCells)
    const problems = new Problems()
    const x: Record<string, HostArray> = {}
    for (const input of this.inputs) {
      const width = sizeOf(input.shape)
      const data = new Float32Array(rows.length * width)
      let at = 0
      for (const column of this.columns) {
        if (!input.columns.includes(column.name)) continue
        const options = decimal ? { decimal, ...column.options } : column.options
        await encodeColumn(
          { ...column, options },
          {
            cells: cells[this.columns.indexOf(column)]!,
            chunk,
            rows,
            data,
            at,
            width,
            problems,
            folder,
          },
        )
        at += column.kind.shape ? width : column.kind.labels(column.name, column.state).length
      }
      x[input.name] = { data, shape: [rows.length, ...input.shape], dtype: 'float32' }
    }
    const y = Object.fromEntries(
      wanted.map((target, index) => [
        target.name,
        encodeTarget(
          decimal && target.task === 'regression' ? { decimal, ...target } : target,
          targetCells[index]!,
          chunk,
          rows,
          problems,
        ),
      ]),
    )
    problems.throwAny(name)
    return { rows, x, y }
  }

  /** Encodes rows of objects without their targets. */
  encodeRows(rows: readonly Readonly<Record<string, unknown>>[], name = 'The rows'): Promise<EncodedRows> {
    const names = this.columns.map((column) => column.name)
    const there = names.filter((column) => rows.some((row) => Object.hasOwn(row, column)))
    // other columns are needed only for the message about one that is missing
    const others =
      there.length === names.length ? [] : rows.slice(0, 100).flatMap((row) => Object.keys(row).slice(0, 100))
    const columns = [...new Set([...there, ...others])].slice(0, there.length + 100)
    return this.encode(
      rowsChunk(rows, columns, (row) => `row ${row + 1}`),
      { name, columns, targets: false },
    )
  }

  /** Returns the predictions that outputs of the model are, by target, for each row; `outputs` has an array for each output of the model. */
  decode(outputs: readonly OutputArray[]): Readonly<Record<string, Prediction>>[] {
    return decodeOutputs(this.spec.targets, outputs)
  }

  /** The rows that have all targets, and no value whose column says that a row without it is left out. */
  private usedRows(
    chunk: TableChunk,
    cells: readonly ArrayLike<Cell>[],
    targets: readonly ArrayLike<Cell>[],
  ): number[] {
    const dropping = this.columns.flatMap((column, index) => (column.options.missing === 'drop' ? [index] : []))
    const rows: number[] = []
    for (let row = 0; row < chunk.rowCount; row++) {
      if (targets.some((column, index) => this.targetMissing[index]!(column[row]))) continue
      if (dropping.some((index) => this.columns[index]!.isMissing(cells[index]![row]))) continue
      rows.push(row)
    }
    return rows
  }
}
