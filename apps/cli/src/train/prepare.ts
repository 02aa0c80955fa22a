import {
  ConfigError,
  currentDTypePolicy,
  DataError,
  type Loss,
  type Metric,
  type ModelSpec,
  type Optimizer,
  useDTypePolicy,
} from '@gradus/core'
import { type Backend, ShapeError, useBackend } from '@gradus/tensor'
import { fromSpec, type Model, type StandardNames } from 'gradus'
import { designModel, type TableCoder, type TableSpec } from 'gradus/tables'
import { openBackend } from '../backends/backends.ts'
import { completeFit, type Given, type Resolved } from '../config/resolve-config.ts'
import type { ClassRegistry, Plugins } from '../plugins/load-plugins.ts'
import { weightsByLabel } from './data-plan.ts'
import { isByOutput } from './loss-for.ts'
import { classesFor, type RunData, readData } from './read-data.ts'
import { inMemory, inputsOf, partsOf, type TrainSamples, targetsOf } from './samples.ts'

/** The checked parts of a run. */
export interface Prepared {
  /** The config with everything that was chosen. */
  readonly config: Resolved
  readonly plugins: Plugins
  readonly backend: Backend
  readonly model: Model
  readonly optimizer: Optimizer
  readonly coder: TableCoder
  readonly train: TrainSamples
  readonly test: TrainSamples | undefined
  readonly validation: TrainSamples | undefined
  /** The weights of classes by label, where the data have them. */
  readonly classWeight: Record<string, number> | undefined
  /** What was found out about the data, and what was chosen, a sentence each. */
  readonly choices: readonly string[]
}

/**
 * Starts the backend, reads the data, chooses the options that the config leaves out, and builds the model. Its classes are those of
 * gradus and of `plugins`. `table` is the description of the columns that a continued run has saved. Throws `ConfigError`, `DataError` or `BackendError` for anything that is wrong with them, before
 * anything is trained or written.
 */
export async function prepare(given: Given, plugins: Plugins, table?: TableSpec): Promise<Prepared> {
  const { registry } = plugins
  const backend = await openBackend(given.backend, registry)
  await useBackend(backend)
  checkParts(given, registry)
  const rows = await readData(given, table)
  const { config, choices } = completeConfig(given, rows)
  const { coder, train, validation, test } = rows
  const weights = config.data.classWeight
  const classWeight = weights && weightsByLabel(weights, classesFor(coder.spec), labelsOf(train))
  const model = buildModel(config, registry)
  const optimizer = registry.parse('optimizer', config.optimizer) as Optimizer
  compileModel(model, config, optimizer, registry)
  model.table = coder.spec as unknown as Record<string, unknown>
  for (const samples of [train, test, validation]) if (samples) await check(model, samples)
  return { config, plugins, backend, model, optimizer, coder, train, test, validation, classWeight, choices }
}

/** Throws `ConfigError` for parts of the config that cannot be built, before data are read. */
function checkParts(given: Given, registry: ClassRegistry): void {
  if (given.model) buildModel(given as Resolved, registry).dispose()
  if (given.optimizer) registry.parse('optimizer', given.optimizer)
  if (given.loss && !isByOutput(given.loss) && !isShortcut(given.loss)) registry.parse('loss', given.loss)
}

/** Chooses what a config leaves out, by the rows. */
function completeConfig(
  given: Given,
  { coder, train, validation, data, choices }: RunData,
): { config: Resolved; choices: string[] } {
  const { model, optimizer, loss, metrics, fit, callbacks } = given
  const design = designModel(coder, train.count)
  const designsFit = model === undefined || fit === undefined
  const stops = designsFit && (validation !== undefined || fit?.validationSplit !== undefined)
  const { targets } = coder.spec
  // the model chooses the class of the loss by its outputs
  const isPlain = targets.length === 1 && targets[0]!.task === 'classification' && model !== undefined
  const config = {
    name: given.name,
    seed: given.seed,
    ...(given.backend !== undefined && { backend: given.backend }),
    dtypePolicy: given.dtypePolicy,
    ...(given.plugins && { plugins: given.plugins }),
    data,
    model: model ?? (design.model as unknown as Resolved['model']),
    optimizer: optimizer ?? (design.optimizer as Resolved['optimizer']),
    loss: loss ?? ((isPlain ? 'crossentropy' : design.loss) as Resolved['loss']),
    metrics: metrics ?? (design.metrics as Resolved['metrics']),
    fit: completeFit({ ...(designsFit && design.fit), ...fit }),
    callbacks: callbacks ?? (stops ? (design.callbacks as unknown as Resolved['callbacks']) : []),
    ...(given.checkpoint && { checkpoint: given.checkpoint }),
    explain: given.explain,
  }
  // the last one is about the epochs
  const chosen = fit?.epochs === undefined ? design.choices : design.choices.slice(0, -1)
  return { config, choices: [...choices, ...(model === undefined ? chosen : [])] }
}

/** Builds the model of a config. Its weights are initialized later; equal configs give equal weights. */
export function buildModel(
  { model, seed, dtypePolicy }: Pick<Resolved, 'model' | 'seed' | 'dtypePolicy'>,
  registry: ClassRegistry,
): Model {
  const before = currentDTypePolicy()
  useDTypePolicy(dtypePolicy)
  try {
    return fromSpec({ ...model, seed } as unknown as ModelSpec, registry)
  } finally {
    useDTypePolicy(before)
  }
}

/** Compiles the model with the loss and the metrics of the config. */
export function compileModel(
  model: Model,
  { loss, metrics }: Pick<Resolved, 'loss' | 'metrics'>,
  optimizer: Optimizer,
  registry: ClassRegistry,
): void {
  const lossOf = (option: unknown, path: string) =>
    isShortcut(option) ? (option as 'crossentropy') : (registry.parse('loss', option, path) as Loss)
  const metricsOf = (options: readonly unknown[], path: string) =>
    options.map((metric, index) =>
      isShortcut(metric)
        ? (metric as 'accuracy')
        : namedMetric(metric, registry.parse('metric', metric, `${path}[${index}]`) as Metric),
    )
  const byName = <T, R>(options: Readonly<Record<string, T>>, kind: string, of: (option: T, path: string) => R) =>
    Object.fromEntries(Object.entries(options).map(([name, option]) => [name, of(option, `${kind}.${name}`)]))
  model.compile({
    registry,
    optimizer,
    loss: isByOutput(loss) ? byName(loss, 'loss', lossOf) : lossOf(loss, 'loss'),
    metrics: Array.isArray(metrics)
      ? metricsOf(metrics, 'metrics')
      : byName(metrics as Readonly<Record<string, unknown[]>>, 'metrics', metricsOf),
  })
}

// `accuracy` and `crossentropy` stand for different classes, depending on the shapes. The model chooses.
function isShortcut(option: unknown): boolean {
  return typeof option === 'string' && /^(acc|accuracy|ce|crossentropy)$/i.test(option)
}

// A metric given by a name is reported under that name, as in Keras: `mse` as `mse`.
function namedMetric(option: unknown, metric: Metric): Metric | StandardNames['metric'] {
  return typeof option === 'string' ? (option as StandardNames['metric']) : metric
}

/** The labels of a single target. */
function labelsOf(samples: TrainSamples): ArrayLike<number> {
  const labels = new Int32Array(samples.count)
  let at = 0
  for (const { y } of partsOf(samples, 4096)) {
    const { data } = Object.values(y)[0]!
    labels.set(data, at)
    at += data.length
  }
  return labels
}

/** Throws `DataError` or `ConfigError` if samples do not fit the model or its loss. */
async function check(model: Model, given: TrainSamples): Promise<void> {
  const samples = inMemory(given, 32)
  try {
    await model.evaluate(inputsOf(samples), targetsOf(samples, model), { steps: 1, verbose: 0 })
  } catch (error) {
    if (error instanceof DataError)
      throw new DataError(`${samples.name} does not fit the model: ${error.message}`, { cause: error })
    if (error instanceof ShapeError)
      throw new ConfigError(`The model does not fit ${samples.name}: ${error.message}`, { cause: error })
    throw error
  }
}
