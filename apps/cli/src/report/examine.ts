import type { HostArray } from '@gradus/core'
import type { Tensor } from '@gradus/tensor'
import { checkTableSpec, type RowPrediction, type TableCoder, type Target } from 'gradus/tables'
import type { Resolved } from '../config/resolve-config.ts'
import type { OpenedModel } from '../model/open-model.ts'
import { decodedOutputs, type OutputArray, readOutputs } from '../train/decode-outputs.ts'
import { lossFor } from '../train/loss-for.ts'
import { readData } from '../train/read-data.ts'
import { inMemory, inputsOf, type Samples, targetsOf } from '../train/samples.ts'
import { lossesOf } from './sample-losses.ts'

/** A target of classes with its predictions. */
export interface ExaminedClasses {
  readonly task: 'classification'
  readonly name: string
  readonly classes: readonly string[]
  /** The number of the true and of the predicted class of each sample. */
  readonly truth: readonly number[]
  readonly predicted: readonly number[]
  /** The probability of the predicted class; undefined where the outputs are no probabilities, as those that a hinge loss learns. */
  readonly confidence: readonly number[] | undefined
}

/** A target that is a number with its predictions, in the units of the data. */
export interface ExaminedNumber {
  readonly task: 'regression'
  readonly name: string
  readonly truth: readonly number[]
  readonly predicted: readonly number[]
}

export type ExaminedTarget = ExaminedClasses | ExaminedNumber

/** An output of a model with the targets that it predicts: one, or all of them. */
export interface ExaminedOutput {
  readonly targets: readonly ExaminedTarget[]
  /** The loss of each sample; undefined for losses that are no mean over samples. */
  readonly losses: readonly number[] | undefined
}

/** A model on rows of its run. */
export interface Examination {
  readonly role: 'test' | 'validation' | 'train'
  readonly samples: Samples
  readonly coder: TableCoder
  readonly outputs: readonly ExaminedOutput[]
}

/** Predicts the rows that a run has held out: those for the test, else for the validation, else those for training. */
export async function examine({ model, classes }: OpenedModel, config: Resolved): Promise<Examination> {
  const rows = await readData(config, model.table && checkTableSpec(model.table))
  const role = rows.test ? 'test' : rows.validation ? 'validation' : 'train'
  const samples = inMemory(rows[role]!)
  const { coder } = rows
  const { batchSize } = config.fit
  const arrays = await readOutputs([await model.predictAll(inputsOf(samples), { batchSize })].flat() as Tensor[])
  const targets = examinedTargets(coder, arrays, samples)
  const isShared = arrays.length !== targets.length
  const outputs: ExaminedOutput[] = []
  for (const [index, array] of (isShared ? arrays.slice(0, 1) : arrays).entries()) {
    const own = isShared ? targets : [targets[index]!]
    const y = (isShared ? targetsOf(samples, model) : samples.y[own[0]!.name]) as HostArray
    const losses = await lossesOf(lossOf(config, own[0]!.name, index), await classes(), array, y)
    outputs.push({ targets: own, losses })
  }
  return { role, samples, coder, outputs }
}

/** The loss of an output. Outputs of a model that a config gives may have other names than the targets. */
function lossOf({ loss }: Resolved, target: string, index: number): unknown {
  return lossFor(loss, target) ?? Object.values(loss as object)[index]
}

function examinedTargets(coder: TableCoder, arrays: readonly OutputArray[], samples: Samples): ExaminedTarget[] {
  const collected = coder.spec.targets.map(collector)
  for (const { predictions } of decodedOutputs(coder, arrays)) {
    for (const prediction of predictions) for (const target of collected) target.add(prediction)
  }
  return collected.map(({ finish }, index) => finish(samples.y[coder.spec.targets[index]!.name]!.data))
}

interface TargetCollector {
  add(prediction: RowPrediction): void
  /** `truth` is what the model learns. */
  finish(truth: ArrayLike<number>): ExaminedTarget
}

function collector(target: Target): TargetCollector {
  const { name } = target
  const predicted: number[] = []
  if (target.task === 'regression') {
    const { offset, span } = target
    return {
      add: (prediction) => predicted.push(Number(prediction[name]!.value)),
      finish: (truth) => ({
        task: 'regression',
        name,
        truth: Array.from(truth, (value) => value * span + offset),
        predicted,
      }),
    }
  }
  const classes = target.names ?? target.classes
  const confidence: number[] = []
  return {
    add(prediction) {
      const { value, probabilities = {} } = prediction[name]!
      predicted.push(classes.indexOf(String(value)))
      confidence.push(probabilities[value] ?? Number.NaN)
    },
    finish: (truth) => ({
      task: 'classification',
      name,
      classes,
      truth: Array.from(truth),
      predicted,
      confidence: confidence.every((value) => value >= 0 && value < 1.0001) ? confidence : undefined,
    }),
  }
}
