import { FormatError, type HostArray } from '@gradus/core'
import type { Shape } from '@gradus/tensor'
import { type Cell, missingTest, missingTexts } from './cell.ts'
import { type Column, encodeColumn, encodeTarget } from './encode-column.ts'
import { sizeOf } from './kinds/array.ts'
import { Problems } from './problems.ts'
import { rowsChunk, type TableChunk } from './source.ts'
import { kindOf, positionOf, type TableSpec } from './table-spec.ts'
import { decodeTarget, type Prediction, unitsOf } from './target.ts'

/** An input of the model. */
export interface ModelInput {
  readonly name: string
  /** The shape of a sample. */
  readonly shape: Shape
  /** The columns that it holds. */
  readonly columns: readonly string[]
  /** The names of its numbers. */
  readonly labels: readonly string[]
}

/** Rows as arrays for a model. */
export interface EncodedRows {
  /** The positions of the rows in the chunk that are used; others have no target, or a missing value that drops them. */
  readonly rows: readonly number[]
  /** By the names of inputs. */
  readonly x: Readonly<Record<string, HostArray>>
  /** By the names of targets, in a classification `[rows]` int32, in a regression `[rows, 1]` float32. */
  readonly y: Readonly<Record<string, HostArray>>
}

/** The name of the input that all columns of numbers, categories, dates and texts form. */
export const vectorInput = 'features'

/** Turns rows into arrays for a model, and its outputs into values: scaling, categories, vocabularies, fills and names of classes. */
export class TableCoder {
  private readonly columns: readonly Column[]
  private readonly targetMissing: (cell: Cell) => boolean
  readonly inputs: readonly ModelInput[]

  /** Throws `FormatError` for a spec that this version does not know. */
  constructor(readonly spec: TableSpec) {
    if (spec?.format !== 1 || !Array.isArray(spec.inputs) || !Array.isArray(spec.targets)) {
      throw new FormatError('The description of the table is damaged, or was saved by a newer version. Update gradus.')
    }
    this.columns = spec.inputs.map((column) => ({
      ...column,
      kind: kindOf(column.options.kind),
      isMissing: missingTest([...(spec.missingTexts ?? missingTexts), ...(column.options.missingTexts ?? [])]),
    }))
    this.targetMissing = missingTest(spec.missingTexts)
    this.inputs = inputsOf(this.columns)
  }

  /** The columns of the inputs and the targets. */
  get columnNames(): string[] {
    return [...this.columns, ...this.spec.targets].map(({ name }) => name)
  }

  /**
   * Encodes rows. With `targets`, rows without one are left out. Throws `DataError`, which lists the cells that do not fit, and
   * where a column is missing.
   */
  async encode(
    chunk: TableChunk,
    {
      name,
      columns,
      folder = '',
      targets = true,
    }: { name: string; columns: readonly string[]; folder?: string; targets?: boolean },
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
        await encodeColumn(column, {
          cells: cells[this.columns.indexOf(column)]!,
          chunk,
          rows,
          data,
          at,
          width,
          problems,
          folder,
        })
        at += column.kind.shape ? width : column.kind.labels(column.name, column.state).length
      }
      x[input.name] = { data, shape: [rows.length, ...input.shape], dtype: 'float32' }
    }
    const y = Object.fromEntries(
      wanted.map((target, index) => [target.name, encodeTarget(target, targetCells[index]!, chunk, rows, problems)]),
    )
    problems.throwAny(name)
    return { rows, x, y }
  }

  /** Encodes rows of objects without their targets. */
  encodeRows(rows: readonly Readonly<Record<string, unknown>>[], name = 'The rows'): Promise<EncodedRows> {
    const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))]
    return this.encode(
      rowsChunk(rows, columns, (row) => `row ${row + 1}`),
      { name, columns, targets: false },
    )
  }

  /** Returns the predictions that outputs of the model are, by target, for each row; `outputs` has an array for each output of the model. */
  decode(
    outputs: readonly { readonly data: ArrayLike<number>; readonly shape: Shape }[],
  ): Readonly<Record<string, Prediction>>[] {
    const count = outputs[0]!.shape[0] ?? 0
    const { targets } = this.spec
    return Array.from({ length: count }, (_, row) => {
      let shared = 0
      return Object.fromEntries(
        targets.map((target, index) => {
          const output = outputs[outputs.length === targets.length ? index : 0]!
          const width = output.data.length / count
          const at = row * width + (outputs.length === targets.length ? 0 : shared)
          shared += unitsOf(target)
          return [target.name, decodeTarget(target, output.data, at)]
        }),
      )
    })
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
      if (targets.some((column) => this.targetMissing(column[row]))) continue
      if (dropping.some((index) => this.columns[index]!.isMissing(cells[index]![row]))) continue
      rows.push(row)
    }
    return rows
  }
}

function inputsOf(columns: readonly Column[]): ModelInput[] {
  const inputs: ModelInput[] = []
  const vector = columns.filter(({ kind }) => !kind.shape)
  const labels = vector.flatMap(({ kind, name, state }) => kind.labels(name, state))
  if (vector.length > 0)
    inputs.push({ name: vectorInput, shape: [labels.length], columns: vector.map(({ name }) => name), labels })
  for (const { kind, name, state } of columns) {
    if (kind.shape) inputs.push({ name, shape: kind.shape(state), columns: [name], labels: kind.labels(name, state) })
  }
  return inputs
}
