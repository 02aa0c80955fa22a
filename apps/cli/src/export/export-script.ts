import { type ExportedJs, type ExportJsOptions, exportJs, type Port } from '@gradus/export-js'
import { sizeOf, treeLeaves } from '@gradus/tensor'
import type { Model } from 'gradus'

/** The number of random samples on which a file is compared with its model. */
const samples = 8

/** A file of JavaScript that was compared with its model. */
export interface CheckedScript extends ExportedJs {
  /** The greatest difference from the model, relative to values above 1; null where the model takes no random values. */
  readonly difference: number | null
}

/** Writes a model as JavaScript, runs that, and compares it with the model on random samples. */
export async function exportScript(model: Model, options: ExportJsOptions): Promise<CheckedScript> {
  const exported = await exportJs(model, options)
  return { ...exported, difference: await differenceFrom(model, exported) }
}

async function differenceFrom(model: Model, { code, inputs, outputs }: ExportedJs): Promise<number | null> {
  const predict = evaluated(code)
  for (const low of [-2, 0]) {
    const data = inputs.map((port) => Array.from({ length: samples }, () => randomSample(port, low)))
    const named = (pick: (index: number) => unknown) =>
      inputs.length === 1 ? pick(0) : Object.fromEntries(inputs.map(({ name }, index) => [name, pick(index)]))
    try {
      const predicted = treeLeaves(await model.predictAll<never>(named((index) => data[index]) as never))
      const made = predict(Array.from({ length: samples }, (_, row) => named((index) => data[index]![row])))
      const values = await Promise.all(predicted.map((tensor) => tensor.data()))
      return greatestDifference(values, made, outputs)
    } catch {
      // a model may take no negative numbers, as those with embeddings
    }
  }
  return null
}

/** The function `predict` of a module or a script. */
function evaluated(code: string): (rows: readonly unknown[]) => unknown[] {
  const body = code
    .replace(/export \{ predict(, predictRows)? \}\s*$/, 'return predict')
    .replace(/^var [\w$]+=\(\(\)=>/m, 'return (()=>')
  const found = new Function(body.replace(/\nif\(typeof module.*\n$/, '\n'))() as
    | { predict: (rows: readonly unknown[]) => unknown[] }
    | ((rows: readonly unknown[]) => unknown[])
  return typeof found === 'function' ? found : found.predict
}

function randomSample({ shape, dtype }: Port, low: number): unknown {
  const fill = (axis: number): unknown => {
    if (axis < shape.length) return Array.from({ length: shape[axis]! }, () => fill(axis + 1))
    const value = low + Math.random() * (low === 0 ? 1 : 4)
    return dtype.startsWith('float') ? value : Math.max(0, Math.round(value))
  }
  return fill(0)
}

function greatestDifference(
  predicted: readonly ArrayLike<number>[],
  made: readonly unknown[],
  outputs: readonly Port[],
): number {
  let worst = 0
  for (const [index, { name, shape }] of outputs.entries()) {
    const size = sizeOf(shape)
    for (const [row, output] of made.entries()) {
      const value = outputs.length === 1 ? output : (output as Record<string, unknown>)[name]
      const flat = [value].flat(Number.POSITIVE_INFINITY).map(Number)
      for (let at = 0; at < size; at++) {
        const expected = predicted[index]![row * size + at]!
        worst = Math.max(worst, Math.abs(flat[at]! - expected) / Math.max(1, Math.abs(expected)))
      }
    }
  }
  return worst
}
