import type { Tensor } from '@gradus/tensor'
import type { RowPrediction, TableCoder } from 'gradus/tables'

/** An output of a model for some rows. */
export interface OutputArray {
  readonly data: ArrayLike<number> & { subarray(from: number, to: number): ArrayLike<number> }
  /** With the rows first. */
  readonly shape: readonly number[]
}

/** Reads the outputs of a model, and disposes of them. */
export async function readOutputs(outputs: readonly Tensor[]): Promise<OutputArray[]> {
  const arrays = await Promise.all(outputs.map(async (output) => ({ data: await output.data(), shape: output.shape })))
  for (const output of outputs) output.dispose()
  return arrays
}

/** The number of rows that are decoded at once. */
const rowsAtOnce = 4096

/** Decodes outputs of a model, some rows at a time; `first` is the number of the first of them. */
export function* decodedOutputs(
  coder: TableCoder,
  outputs: readonly OutputArray[],
): Generator<{ readonly first: number; readonly predictions: readonly RowPrediction[] }> {
  const count = outputs[0]!.shape[0] ?? 0
  for (let first = 0; first < count; first += rowsAtOnce) {
    const rows = Math.min(rowsAtOnce, count - first)
    const parts = outputs.map(({ data, shape }) => {
      const width = data.length / count
      return { data: data.subarray(first * width, (first + rows) * width), shape: [rows, ...shape.slice(1)] }
    })
    yield { first, predictions: coder.decode(parts as Parameters<TableCoder['decode']>[0]) }
  }
}
