import { type Tensor, type Tree, treeForEach } from '@gradus/tensor'
import { build } from '../build.ts'
import type { Check } from '../check.ts'
import { type CaseBase, camelCase, type Keras, type Recorded, toTensor } from '../recorded.ts'

interface MetricCase extends CaseBase {
  readonly metric: Keras
  readonly batches: readonly { readonly y_true?: Recorded | null; readonly y_pred: Recorded }[]
  readonly modes: readonly {
    readonly sample_weight_kind: string
    readonly steps: readonly { readonly sample_weight?: Recorded; readonly result: Recorded }[]
    readonly variables_after?: readonly (Recorded & { readonly name: string })[]
    readonly result_after_reset?: Recorded
  }[]
}

/** Compares a metric with and without weights: its result after each batch, its state, and its result after a reset. */
export async function runMetric(entry: MetricCase, check: Check): Promise<void> {
  const metric = build('metric', entry.metric)
  const shape = entry.batches[0]!.y_pred.shape
  for (const { sample_weight_kind: kind, steps, variables_after = [], result_after_reset } of entry.modes) {
    const field = `modes.${kind}`
    let state = metric.init(shape) as Tree
    for (const [step, { sample_weight, result }] of steps.entries()) {
      const { y_true, y_pred } = entry.batches[step]!
      const prediction = toTensor(y_pred)
      const target = y_true ? toTensor(y_true) : prediction
      state = metric.update(state as never, target, prediction, sample_weight && toTensor(sample_weight)) as Tree
      await check.close(`${field}.steps[${step}].result`, metric.result(state as never), result)
    }
    // the state is an internal of the metric, so only variables of the same name are compared
    const leaves = new Map<string, Tensor>()
    treeForEach(state, (leaf, path) => leaves.set(path, leaf))
    for (const variable of variables_after) {
      const leaf = leaves.get(camelCase(variable.name))
      if (leaf) await check.close(`${field}.variables_after.${variable.name}`, leaf, variable)
    }
    if (result_after_reset) {
      await check.close(`${field}.result_after_reset`, metric.result(metric.init(shape) as never), result_after_reset)
    }
  }
}
