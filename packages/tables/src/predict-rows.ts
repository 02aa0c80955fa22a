import { ConfigError, type HostArray } from '@gradus/core'
import type { Tensor } from '@gradus/tensor'
import { TableCoder } from './table-coder.ts'
import type { TableSpec } from './table-spec.ts'
import type { Prediction } from './target.ts'

/** What `predictRows` needs of a model. */
export interface RowModel {
  readonly table?: unknown
  predictAll(x: Readonly<Record<string, HostArray>> | HostArray): Promise<unknown>
}

/** The predictions for a row, by target. */
export type RowPrediction = Readonly<Record<string, Prediction>>

/**
 * Predicts raw rows, with the scaling, the categories and the names of classes that were saved with the model. Throws `ConfigError` for
 * a model without them, and `DataError` for rows that do not fit.
 *
 * @example
 * import { predictRows } from '@gradus/tables'
 * import { tensor } from '@gradus/tensor'
 * const input = { name: 'age', options: { kind: 'number' }, state: { offset: 0, span: 100, fill: 40, marksMissing: false } }
 * const target = { name: 'ill', task: 'classification', classes: ['no', 'yes'] }
 * const model = {
 *   table: { format: 1, inputs: [input], targets: [target] },
 *   predictAll: async (x: { readonly shape: readonly number[] }) => tensor([0.25], { shape: [x.shape[0]!, 1] }),
 * }
 * await predictRows(model as never, [{ age: 44 }]) // => [{ ill: { value: 'no', probabilities: { no: 0.75, yes: 0.25 } } }]
 */
export async function predictRows(
  model: RowModel,
  rows: readonly Readonly<Record<string, unknown>>[],
): Promise<RowPrediction[]> {
  if (model.table === undefined) {
    throw new ConfigError(
      'This model was saved without the columns of its table, so it predicts arrays only: call model.predict(x). Models that gradus train saves have them.',
    )
  }
  if (rows.length === 0) return []
  const coder = new TableCoder(model.table as TableSpec)
  const { x } = await coder.encodeRows(rows)
  return predictEncoded(model, coder, x)
}

/** Predicts rows that a coder has encoded. */
export async function predictEncoded(
  model: RowModel,
  coder: TableCoder,
  x: Readonly<Record<string, HostArray>>,
): Promise<RowPrediction[]> {
  const outputs = [await model.predictAll(inputOf(x))].flat() as Tensor[]
  const arrays = await Promise.all(outputs.map(async (output) => ({ data: await output.data(), shape: output.shape })))
  for (const output of outputs) output.dispose()
  return coder.decode(arrays as Parameters<TableCoder['decode']>[0])
}

/** What a model takes: of one input the array, of several the object. */
export function inputOf<T>(x: Readonly<Record<string, T>>): T | Readonly<Record<string, T>> {
  const values = Object.values(x)
  return values.length === 1 ? values[0]! : x
}
