import { type HostArray, Loss } from '@gradus/core'
import { type Tensor, tensor, tidy } from '@gradus/tensor'
import { type Model, standard } from 'gradus'
import { checkTableSpec, type TableSpec } from 'gradus/tables'
import type { Resolved } from '../config/resolve-config.ts'
import { type PlainSamples, samplesOfRun } from '../train/plain-samples.ts'

/** Predictions of classes. */
export interface Classes {
  /** The names of the classes. */
  readonly names: readonly string[]
  /** The number of the true and of the predicted class of each sample. */
  readonly truth: readonly number[]
  readonly predicted: readonly number[]
  /** The probability of the predicted class. */
  readonly confidence: readonly number[]
}

/** A model on the samples of a file. */
export interface Examination {
  readonly role: 'test' | 'validation' | 'train'
  readonly file: string
  readonly samples: PlainSamples
  /** The number of outputs of each sample. */
  readonly outputs: number
  /** The outputs, sample after sample. */
  readonly predictions: ArrayLike<number>
  /** The loss of each sample; undefined for losses that are no mean over samples. */
  readonly losses: readonly number[] | undefined
  /** Undefined where the model does not predict classes. */
  readonly classes: Classes | undefined
  /** The columns that are saved with the model. */
  readonly table: TableSpec | undefined
  /** The value of a target, or of a prediction of one number, in the units of the data. */
  unscaled(value: number): number
}

/** Predicts the held-out samples of a run: those of `data.test`, else of `data.validation`, else the training data. */
export async function examine(model: Model, config: Resolved): Promise<Examination> {
  const { data, loss, fit } = config
  const { role, samples } = await samplesOfRun(config, model)
  const [output, ...others] = [await model.predictAll(samples.inputs, { batchSize: fit.batchSize })].flat() as [
    Tensor,
    ...Tensor[],
  ]
  for (const other of others) other.dispose()
  const predictions = Float64Array.from(await output.data())
  const outputs = samples.count === 0 ? 0 : predictions.length / samples.count
  const table = model.table && checkTableSpec(model.table)
  const [target] = table?.targets ?? []
  const measure = lossOf(firstLoss(loss, target?.name), samples.y, outputs)
  const losses = measure && (await lossesOf(measure, predictions, output.shape, samples))
  const isTable = output.rank === 2 || output.rank === 1
  const classes = isTable
    ? classesOf(measure, predictions, outputs, samples.y, Array.isArray(data.classes) ? data.classes : undefined)
    : undefined
  const { offset, span } = target?.task === 'regression' && outputs === 1 ? target : { offset: 0, span: 1 }
  const unscaled = (value: number) => value * span + offset
  return { role, file: samples.name, samples, outputs, predictions, losses, classes, table, unscaled }
}

/** Of losses by output that of the first one. */
function firstLoss(option: unknown, target: string | undefined): unknown {
  if (Array.isArray(option)) return option[0]
  if (option === null || typeof option !== 'object' || 'loss' in option) return option
  return (option as Record<string, unknown>)[target ?? Object.keys(option)[0]!]
}

/** The loss of a config; its names that depend on shapes are those of the shapes here. */
function lossOf(option: unknown, { shape }: HostArray, outputs: number): Loss | undefined {
  const binary = outputs === 1 ? 'Binary' : shape.length === 1 ? 'SparseCategorical' : 'Categorical'
  const spec = typeof option === 'string' && /^(ce|crossentropy)$/i.test(option) ? `${binary}Crossentropy` : option
  const loss = standard.parse('loss', spec, 'loss') as unknown
  return loss instanceof Loss ? loss : undefined
}

const rowsAtOnce = 8192

async function lossesOf(
  loss: Loss,
  predictions: Float64Array,
  shape: readonly number[],
  { y, count }: PlainSamples,
): Promise<number[] | undefined> {
  const [width, targets] = [predictions.length / count, y.data.length / count]
  const losses: number[] = []
  for (let from = 0; from < count; from += rowsAtOnce) {
    const rows = Math.min(rowsAtOnce, count - from)
    const truth = {
      data: y.data.slice(from * targets, (from + rows) * targets),
      dtype: y.dtype,
      shape: [rows, ...y.shape.slice(1)],
    }
    const part = Float32Array.from(predictions.subarray(from * width, (from + rows) * width))
    const values = tidy(() =>
      loss.perSample(
        tensor(truth.data, { shape: truth.shape, dtype: truth.dtype }),
        tensor(part, { shape: [rows, ...shape.slice(1)] }),
      ),
    )
    if (values.shape[0] !== rows) return undefined
    losses.push(...meansOf(await values.data(), rows))
    values.dispose()
  }
  return losses
}

function meansOf(values: ArrayLike<number>, rows: number): number[] {
  const each = values.length / rows
  return Array.from({ length: rows }, (_, row) => {
    let sum = 0
    for (let i = 0; i < each; i++) sum += values[row * each + i]!
    return sum / each
  })
}

function classesOf(
  loss: Loss | undefined,
  predictions: Float64Array,
  outputs: number,
  y: HostArray,
  given: readonly string[] | undefined,
): Classes | undefined {
  if (!loss || outputs === 0) return undefined
  const count = predictions.length / outputs
  const truth = labelsOf(loss.type, y, outputs, count)
  if (!truth) return undefined
  const fromLogits = (loss.options as { readonly fromLogits?: boolean }).fromLogits === true
  const rows = Array.from({ length: count }, (_, row) =>
    probabilities(predictions.subarray(row * outputs, (row + 1) * outputs), fromLogits),
  )
  const predicted = rows.map((row) => row.indexOf(Math.max(...row)))
  const confidence = rows.map((row, index) => row[predicted[index]!] ?? Number.NaN)
  const names = Array.from({ length: Math.max(2, outputs) }, (_, index) => given?.[index] ?? String(index))
  return { names, truth, predicted: predicted.map((index) => Math.max(0, index)), confidence }
}

/** The class of each sample, by the kind of the loss; undefined where the targets are no classes. */
function labelsOf(type: string, { data, shape }: HostArray, outputs: number, count: number): number[] | undefined {
  const whole = (limit: number) =>
    Array.from(data, Number).every((value) => Number.isInteger(value) && value >= 0 && value < limit)
  if (/^Sparse/.test(type) && data.length === count && whole(outputs)) return Array.from(data, Number)
  if (/^Binary/.test(type) && outputs === 1 && data.length === count && whole(2)) return Array.from(data, Number)
  if (/^Categorical|^KLDivergence/.test(type) && outputs > 1 && shape[1] === outputs) {
    return Array.from({ length: count }, (_, row) => {
      const scores = Array.from(data.subarray(row * outputs, (row + 1) * outputs), Number)
      return scores.indexOf(Math.max(...scores))
    })
  }
  return undefined
}

/** The probabilities of the classes from the outputs of a sample; one output is that of class 1. */
function probabilities(outputs: ArrayLike<number>, fromLogits: boolean): number[] {
  const values = Array.from(outputs)
  if (values.length === 1) {
    const p = fromLogits ? 1 / (1 + Math.exp(-values[0]!)) : values[0]!
    return [1 - p, p]
  }
  const most = Math.max(...values)
  const weights = fromLogits ? values.map((value) => Math.exp(value - most)) : values
  const sum = weights.reduce((total, weight) => total + weight, 0)
  return weights.map((weight) => weight / sum)
}
