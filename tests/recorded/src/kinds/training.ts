import { ProgressLogger } from '@gradus/callbacks'
import type { HostArray, Named } from '@gradus/core'
import type { FitOptions } from 'gradus'
import { build } from '../build.ts'
import type { Check } from '../check.ts'
import { compareFileWeights } from '../model-files.ts'
import {
  type BuiltModel,
  buildModel,
  type CompileCase,
  compareHistory,
  compareLogs,
  compareOptimizer,
  comparePredictions,
  compareWeights,
  compileModel,
  setWeights,
  updatesOf,
  visible,
} from '../models.ts'
import { camelOptions } from '../options.ts'
import { withoutRounding } from '../printed.ts'
import {
  type CaseBase,
  isRecorded,
  type Keras,
  type Recorded,
  type RecordedWeight,
  toHost,
  toNamedHost,
} from '../recorded.ts'

type History = Readonly<Record<string, readonly (number | string)[]>>

interface FitCase extends CaseBase {
  readonly model: Keras
  readonly x: Named<Recorded>
  readonly y: Named<Recorded>
  readonly initial_weights: readonly RecordedWeight[]
  readonly history: History
  readonly final_weights: readonly RecordedWeight[]
  readonly iterations?: number
}

interface TrainingCase extends FitCase {
  readonly compile: CompileCase
  readonly fit: Readonly<Record<string, unknown>>
  readonly epochs_recorded?: readonly number[]
  readonly evaluate_return_dict?: Readonly<Record<string, number>>
  readonly predict?: Recorded | readonly Recorded[]
  readonly batch_methods?: BatchMethods
}

interface BatchMethods {
  readonly train_on_batch: readonly Readonly<Record<string, number>>[]
  readonly test_on_batch: readonly number[]
  readonly predict_on_batch: Recorded
  readonly weights_after_train_on_batch: readonly RecordedWeight[]
}

/** Compares `fit`, `evaluate` and `predict` of a model from given initial weights. */
export async function runTraining(entry: TrainingCase, check: Check): Promise<void> {
  const built = buildModel(entry.model)
  const { model } = built
  compileModel(model, entry.compile)
  await setWeights(model, check, entry.initial_weights)
  const x = toNamedHost(entry.x)
  const y = toNamedHost(entry.y)
  const history = await model.fit(x, y, { verbose: 0, ...fitOptions(entry.fit) })
  compareHistory(check, 'history', history.history, entry.history)
  if (entry.epochs_recorded) check.equal('epochs_recorded', history.epoch, entry.epochs_recorded)
  await compareWeights(model, check, 'final_weights', entry.final_weights)
  if (entry.iterations !== undefined) check.equal('iterations', await updatesOf(model), entry.iterations)
  if (entry.evaluate_return_dict) {
    const { batchSize = 32 } = fitOptions(entry.fit)
    const figures = await model.evaluate(x, y, { batchSize, verbose: 0 })
    compareLogs(check, 'evaluate_return_dict', figures, entry.evaluate_return_dict)
  }
  if (entry.predict) await comparePredictions(built, check, 'predict', x, entry.predict)
  if (entry.batch_methods) await compareBatchMethods(built, check, entry.batch_methods, x as HostArray, y as HostArray)
}

/** Compares the batch methods: training on the first rows several times without a reset of the figures, then prediction. */
async function compareBatchMethods(
  { model }: BuiltModel,
  check: Check,
  expected: BatchMethods,
  x: HostArray,
  y: HostArray,
): Promise<void> {
  const [xs, ys] = [rows(x, 4), rows(y, 4)]
  for (const [index, figures] of expected.train_on_batch.entries()) {
    compareLogs(check, `batch_methods.train_on_batch[${index}]`, await model.trainOnBatch(xs, ys), figures)
  }
  await compareWeights(
    model,
    check,
    'batch_methods.weights_after_train_on_batch',
    expected.weights_after_train_on_batch,
  )
  const tested = await model.testOnBatch(xs, ys)
  const { loss, ...others } = tested
  check.numbers('batch_methods.test_on_batch', [loss!, ...Object.values(others)], expected.test_on_batch)
  await check.close(
    'batch_methods.predict_on_batch',
    await model.predict(rows(x, expected.predict_on_batch.shape[0]!), { verbose: 0 }),
    expected.predict_on_batch,
  )
}

function rows(array: HostArray, count: number): HostArray {
  const width = array.data.length / array.shape[0]!
  return { ...array, data: array.data.slice(0, count * width), shape: [count, ...array.shape.slice(1)] } as HostArray
}

/** Keras's arguments of `fit` as options of Gradus, with arrays in place of recorded tensors. */
function fitOptions(kwargs: Readonly<Record<string, unknown>>): FitOptions {
  return camelOptions(
    Object.fromEntries(Object.entries(kwargs).map(([key, value]) => [key, arraysIn(value)])),
  ) as FitOptions
}

function arraysIn(value: unknown): unknown {
  if (isRecorded(value)) return toHost(value)
  if (Array.isArray(value)) return value.map(arraysIn)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, arraysIn(entry)]))
}

interface OptimizerFitCase extends FitCase {
  readonly optimizer: Keras
  readonly loss: Keras
  readonly metrics?: unknown
  readonly batch_size: number
  readonly epochs: number
  readonly shuffle?: boolean
}

/** Like `runTraining`, for cases with the arguments of `compile` and `fit` among their fields. */
export function runOptimizerFit(entry: OptimizerFitCase, check: Check): Promise<void> {
  const { optimizer, loss, metrics, batch_size, epochs, shuffle = false } = entry
  return runTraining({ ...entry, compile: { optimizer, loss, metrics }, fit: { batch_size, epochs, shuffle } }, check)
}

interface SwapEmaCase extends FitCase {
  readonly args: Readonly<Record<string, unknown>>
  readonly optimizer: Keras
  readonly vx: Recorded
  readonly vy: Recorded
  readonly batch_size: number
  readonly epochs: number
}

/** Compares training with `SwapEMAWeights`, with validation on other samples. */
export async function runSwapEma(entry: SwapEmaCase, check: Check): Promise<void> {
  const { args, optimizer, vx, vy, batch_size, epochs } = entry
  const { model } = buildModel(entry.model)
  compileModel(model, { optimizer, loss: 'mse' } as unknown as CompileCase)
  await setWeights(model, check, entry.initial_weights)
  const callback = build('callback', { module: 'keras.callbacks', class_name: 'SwapEMAWeights', config: args })
  const history = await model.fit(toNamedHost(entry.x), toNamedHost(entry.y), {
    batchSize: batch_size,
    epochs,
    shuffle: false,
    verbose: 0,
    callbacks: [callback],
    validationData: [toHost(vx), toHost(vy)],
  })
  compareHistory(check, 'history', history.history, entry.history)
  await compareWeights(model, check, 'final_weights', entry.final_weights)
}

interface SeedJobCase extends FitCase {
  readonly compile: CompileCase
  readonly fit: Readonly<Record<string, unknown>>
  readonly labels: readonly number[]
  readonly snapshots?: Readonly<Record<string, readonly RecordedWeight[]>>
  readonly optimizer_variables_final?: readonly RecordedWeight[]
  readonly evaluate_train?: readonly number[]
  readonly test?: {
    readonly x: Recorded
    readonly labels: readonly number[]
    readonly predictions: Recorded
    readonly argmax?: readonly number[]
    readonly confusion_matrix?: readonly (readonly number[])[]
    readonly evaluate?: readonly number[]
  }
  readonly summary?: string
  readonly verbatim?: Readonly<Record<string, string>>
  readonly files?: Readonly<Record<string, string>>
}

/**
 * Some units have sums so close to 0 that rounding decides in which of the 4200 steps their weights have a gradient: even in
 * float64, two weights end 1e-3 away from Keras's. The tolerances are the differences between two of Keras's backends.
 */
const afterManySteps = { slack: 4, exceptions: 0.05 }

/** Compares the training of the article's network: printed lines, weights during and after it, and the test. */
export async function runSeedJob(entry: SeedJobCase, check: Check): Promise<void> {
  const { model } = buildModel(entry.model)
  compileModel(model, entry.compile)
  await setWeights(model, check, entry.initial_weights)
  const x = toHost(entry.x as Recorded)
  const y = Int32Array.from(entry.labels)
  let printed = ''
  const logger = new ProgressLogger({
    verbose: 2,
    write: (text) => {
      printed += text
    },
  })
  const moments = new Map(Object.entries(entry.snapshots ?? {}))
  const compareMoment = async (moment: string) => {
    const expected = moments.get(moment)
    if (!expected) return
    moments.delete(moment)
    await compareWeights(model, check, `snapshots.${moment}`, expected)
  }
  const batchesWatched = [...moments.keys()].some((moment) => moment.startsWith('after_batch'))
  const watcher = {
    onEpochEnd: ({ epoch }: { epoch: number }) => compareMoment(`after_epoch_${epoch}`),
    ...(batchesWatched && {
      onTrainBatchEnd: ({ epoch, step }: { epoch: number; step: number }) =>
        epoch === 0 ? compareMoment(`after_batch_${step}`) : undefined,
    }),
  }
  const history = await model.fit(x, y, {
    ...fitOptions(withoutEmptySplit(entry.fit)),
    verbose: 0,
    callbacks: [watcher, logger],
  })
  compareHistory(check, 'history', history.history, entry.history)
  for (const moment of moments.keys()) check.skip(`snapshot ${moment}`)
  await compareWeights(model, check, 'final_weights', entry.final_weights, afterManySteps)
  if (entry.optimizer_variables_final) {
    await compareOptimizer(
      model,
      check,
      'optimizer_variables_final',
      entry.optimizer_variables_final,
      entry.final_weights,
      afterManySteps,
    )
  }
  if (entry.files) await compareFileWeights(entry.files, entry.model, entry.compile, entry.final_weights, check)
  const lines = entry.verbatim?.['verbose2_shuffle_false']
  if (lines) {
    const values = { got: history.history, expected: entry.history }
    const compared = withoutRounding(timeless(printed), timeless(lines), values)
    check.text('verbatim.verbose2_shuffle_false', compared, timeless(lines))
  }
  if (entry.summary) check.text('summary', visible(model.summary({ print: false })), visible(entry.summary))
  await compareEvaluation(check, 'evaluate_train', await model.evaluate(x, y, { verbose: 0 }), entry.evaluate_train)
  if (!entry.test) return
  const { x: testX, labels, predictions, argmax, confusion_matrix, evaluate } = entry.test
  const predicted = await model.predict(toHost(testX), { verbose: 0 })
  await check.close('test.predictions', predicted, predictions, afterManySteps)
  const classes = largest(await predicted.data(), predicted.shape.at(-1)!)
  if (argmax) check.equal('test.argmax', classes, argmax)
  if (confusion_matrix)
    check.equal('test.confusion_matrix', confusion(labels, classes, confusion_matrix.length), confusion_matrix)
  const figures = await model.evaluate(toHost(testX), Int32Array.from(labels), { verbose: 0 })
  await compareEvaluation(check, 'test.evaluate', figures, evaluate)
}

/** Compares the loss and the figures after it with a list. */
async function compareEvaluation(
  check: Check,
  field: string,
  got: Readonly<Record<string, number>>,
  expected: readonly number[] | undefined,
): Promise<void> {
  const { loss, ...others } = got
  if (expected) check.numbers(field, [loss!, ...Object.values(others)], expected)
}

/** Removes a validation split of 0, which Keras takes as no split. */
function withoutEmptySplit({ validation_split, ...fit }: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return validation_split ? { ...fit, validation_split } : fit
}

/** Removes durations from printed progress. */
function timeless(text: string): string {
  return text.replace(/\d+s - \d+(s|ms|us)\/step/g, '-')
}

function largest(values: ArrayLike<number>, width: number): number[] {
  return Array.from({ length: values.length / width }, (_, row) => {
    let best = 0
    for (let i = 1; i < width; i++) if (values[row * width + i]! > values[row * width + best]!) best = i
    return best
  })
}

function confusion(labels: readonly number[], classes: readonly number[], count: number): number[][] {
  const matrix = Array.from({ length: count }, () => new Array<number>(count).fill(0))
  labels.forEach((label, index) => {
    matrix[label]![classes[index]!]!++
  })
  return matrix
}
