import type { RowModel, RowPrediction } from '@gradus/tables'

/** Imports the tables when a model first predicts rows, so that other programs do not load them. */
export async function predictRows(
  model: RowModel,
  rows: readonly Readonly<Record<string, unknown>>[],
): Promise<RowPrediction[]> {
  return (await import('@gradus/tables/internals')).predictRows(model, rows)
}
