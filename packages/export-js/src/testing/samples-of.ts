import { sizeOf, treeLeaves } from '@gradus/tensor'
import type { InferenceModel, Port } from '../inference-model.ts'

interface Predicting {
  predictAll(x: unknown): Promise<unknown>
}

/** Samples of a model, and its outputs for them, by the names of the outputs and by sample. */
export interface Samples {
  /** As exported files take them. */
  readonly rows: readonly unknown[]
  readonly expected: Readonly<Record<string, readonly (readonly number[])[]>>
}

/** Numbers from 0 to 1 that look random. */
function noise(seed: number): number {
  const x = Math.sin(seed * 12.9898 + 78.233) * 43758.5453
  return x - Math.floor(x)
}

function nested(values: readonly number[], shape: readonly number[]): unknown {
  if (shape.length === 0) return values[0]
  if (shape.length === 1) return values
  const size = values.length / shape[0]!
  return Array.from({ length: shape[0]! }, (_, at) => nested(values.slice(at * size, (at + 1) * size), shape.slice(1)))
}

/** Makes samples and predicts them with the model. `integersBelow`: whole numbers from 0 to this. */
export async function samplesOf(
  model: InferenceModel,
  { inputs, outputs }: { readonly inputs: readonly Port[]; readonly outputs: readonly Port[] },
  integersBelow?: number,
): Promise<Samples> {
  const count = 5
  const data = inputs.map(({ shape }, input) =>
    Array.from({ length: count }, (_, row) => {
      const values = Array.from({ length: sizeOf(shape) }, (_, at) => {
        const x = noise(at + 31 * row + 977 * input)
        return integersBelow === undefined ? 4 * x - 2 : Math.floor(x * integersBelow)
      })
      return nested(values, shape)
    }),
  )
  const isSingle = inputs.length === 1
  const named = (pick: (index: number) => unknown) =>
    isSingle ? pick(0) : Object.fromEntries(inputs.map(({ name }, index) => [name, pick(index)]))
  const rows = Array.from({ length: count }, (_, row) => named((index) => data[index]![row]))
  const predicted = treeLeaves(
    (await (model as unknown as Predicting).predictAll(named((index) => data[index]))) as never,
  )
  const expected = Object.fromEntries(
    outputs.map(({ name, shape }, index) => {
      const flat = [...predicted[index]!.dataSync()]
      const size = sizeOf(shape)
      return [name, Array.from({ length: count }, (_, row) => flat.slice(row * size, (row + 1) * size))]
    }),
  )
  return { rows, expected }
}

/** The greatest difference between what an exported file returned and what the model predicted, relative to values above 1. */
export function differenceOf(made: readonly unknown[], { expected }: Samples): number {
  let worst = 0
  const names = Object.keys(expected)
  for (const name of names) {
    expected[name]!.forEach((values, row) => {
      const output = names.length === 1 ? made[row] : (made[row] as Record<string, unknown>)[name]
      const flat = [output].flat(Number.POSITIVE_INFINITY).map(Number)
      if (flat.length !== values.length)
        throw new Error(`${name} has ${flat.length} numbers; expected ${values.length}.`)
      values.forEach((value, at) => {
        const difference = Math.abs(flat[at]! - value) / Math.max(1, Math.abs(value))
        worst = Math.max(worst, Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference)
      })
    })
  }
  return worst
}
