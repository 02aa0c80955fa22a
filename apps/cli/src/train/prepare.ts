import { basename } from 'node:path'
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
import { fromSpec, type Model, type StandardNames, standard } from 'gradus'
import { openBackend } from '../backends/backends.ts'
import type { Resolved } from '../config/resolve-config.ts'
import { readSamples, type Samples } from './samples.ts'

/** The checked parts of a run. */
export interface Prepared {
  readonly backend: Backend
  readonly model: Model
  readonly optimizer: Optimizer
  readonly train: Samples
  readonly test: Samples | undefined
  readonly validation: Samples | undefined
}

/**
 * Starts the backend, builds the model and reads the data. Throws `ConfigError`, `DataError` or `BackendError` for anything that
 * is wrong with them, before anything is trained or written.
 */
export async function prepare(config: Resolved): Promise<Prepared> {
  const backend = await openBackend(config.backend)
  await useBackend(backend)
  const model = buildModel(config)
  const optimizer = parse('optimizer', config.optimizer) as Optimizer
  compileModel(model, config, optimizer)
  const { data } = config
  const train = await checked(model, await readSamples(data.train, '', data))
  const test = data.test === undefined ? undefined : await checked(model, await readSamples(data.test, '', data))
  const validation =
    data.validation === undefined ? undefined : await checked(model, await readSamples(data.validation, '', data))
  return { backend, model, optimizer, train, test, validation }
}

/** Builds the model of a config. Its weights are initialized later; equal configs give equal weights. */
export function buildModel({ model, seed, dtypePolicy }: Resolved): Model {
  const before = currentDTypePolicy()
  useDTypePolicy(dtypePolicy)
  try {
    return fromSpec({ ...model, seed } as unknown as ModelSpec)
  } finally {
    useDTypePolicy(before)
  }
}

/** Compiles the model with the loss and the metrics of the config. */
export function compileModel(model: Model, { loss, metrics }: Resolved, optimizer: Optimizer): void {
  model.compile({
    optimizer,
    loss: isShortcut(loss) ? (loss as 'crossentropy') : (parse('loss', loss) as Loss),
    metrics: metrics.map((metric, index) =>
      isShortcut(metric)
        ? (metric as 'accuracy')
        : namedMetric(metric, parse('metric', metric, `metrics[${index}]`) as Metric),
    ),
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

function parse(kind: 'optimizer' | 'loss' | 'metric', value: unknown, path: string = kind): object {
  return standard.parse(kind, value, path)
}

/** Returns the samples. Throws `DataError` or `ConfigError` if they do not fit the model or its loss. */
async function checked(model: Model, samples: Samples): Promise<Samples> {
  try {
    await model.evaluate(samples.x, samples.y, { steps: 1, verbose: 0 })
    return samples
  } catch (error) {
    const file = basename(samples.path)
    if (error instanceof DataError)
      throw new DataError(`${file} does not fit the model: ${error.message}`, { cause: error })
    if (error instanceof ShapeError)
      throw new ConfigError(`The model does not fit ${file}: ${error.message}`, { cause: error })
    throw error
  }
}
