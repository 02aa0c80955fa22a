import { grad } from '@gradus/autograd'
import { sum, type Tensor } from '@gradus/tensor'
import { build } from '../build.ts'
import type { Check } from '../check.ts'
import { type CaseBase, camelCase, type Keras, type Recorded, toTensor } from '../recorded.ts'

interface LossCase extends CaseBase {
  readonly loss: Keras
  readonly y_true: Recorded
  readonly y_pred: Recorded
  readonly y_pred_mask?: Recorded
  readonly variants: readonly {
    readonly reduction: string | null
    readonly sample_weight_kind: string
    readonly sample_weight?: Recorded
    readonly value?: Recorded
    readonly grad_y_pred?: Recorded
    readonly error?: string
  }[]
}

/** Compares a loss and its derivative for every reduction and kind of weights. */
export async function runLoss(entry: LossCase, check: Check): Promise<void> {
  const target = toTensor(entry.y_true)
  const prediction = toTensor(entry.y_pred)
  const mask = entry.y_pred_mask && toTensor(entry.y_pred_mask, 'bool')
  for (const variant of entry.variants) {
    const { reduction, sample_weight_kind: kind, sample_weight, value, grad_y_pred, error } = variant
    const loss = build('loss', entry.loss, { reduction: camelCase(reduction ?? 'none') })
    const field = `variants.${reduction}.${kind}`
    // weights that Keras rejects are not recorded, so ones are used, one per sample or one per step
    const rejected = error ? weightsOf(kind, entry.y_pred) : undefined
    const sampleWeight = sample_weight ? toTensor(sample_weight) : rejected
    const options = { ...(sampleWeight && { sampleWeight }), ...(mask && { mask }) }
    if (error) {
      if (sampleWeight) await check.throws(field, error, () => loss.call(target, prediction, options))
      continue
    }
    // a loss of the whole batch is a scalar; the recordings hold a list of one number
    const anyShape = value!.data.length === 1
    await check.close(`${field}.value`, loss.call(target, prediction, options), value!, { anyShape })
    if (!grad_y_pred) continue
    const gradient = grad((p: Tensor) => sum(loss.call(target, p, options)))(prediction)
    await check.close(`${field}.grad_y_pred`, gradient, grad_y_pred)
  }
}

function weightsOf(kind: string, { shape }: Recorded): Tensor | undefined {
  const dimensions = { per_sample: shape.slice(0, 1), per_timestep: shape.slice(0, 2) }[kind]
  if (!dimensions) return undefined
  const size = dimensions.reduce((product, d) => product * d, 1)
  return toTensor({ shape: dimensions, dtype: 'float32', data: new Array(size).fill(1) })
}
