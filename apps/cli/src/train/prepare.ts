import { basename } from 'node:path'
import {
  type CallbackHooks,
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

/** Everything that a run is made of, checked. */
export interface Prepared {
  readonly backend: Backend
  readonly model: Model
  readonly optimizer: Optimizer
  readonly callbacks: readonly CallbackHooks[]
  readonly train: Samples
  readonly test: Samples | undefined
  readonly validation: Samples | undefined
}

/** Makes the model and reads the data. Whatever is wrong with them is an error here, before anything is trained or written. */
export async function prepare(config: Resolved, write: (text: string) => void): Promise<Prepared> {
  const backend = await openBackend(config.backend)
  await useBackend(backend)
  const model = buildModel(config)
  const optimizer = parse('optimizer', config.optimizer) as Optimizer
  compileModel(model, config, optimizer)
  const callbacks = config.callbacks.map((spec, index) => callbackOf(spec, `callbacks[${index}]`, write))
  const { data } = config
  const train = await checked(model, await readSamples(data.train, '', data))
  const test = data.test === undefined ? undefined : await checked(model, await readSamples(data.test, '', data))
  const validation =
    data.validation === undefined ? undefined : await checked(model, await readSamples(data.validation, '', data))
  return { backend, model, optimizer, callbacks, train, test, validation }
}

/** The model of a config, with its first weights yet to be made. The same config gives the same weights. */
export function buildModel({ model, seed, dtypePolicy }: Resolved): Model {
  const before = currentDTypePolicy()
  useDTypePolicy(dtypePolicy)
  try {
    return fromSpec({ ...model, seed } as unknown as ModelSpec)
  } finally {
    useDTypePolicy(before)
  }
}

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

// `accuracy` and `crossentropy` stand for different classes according to the shapes; the model finds out which.
function isShortcut(option: unknown): boolean {
  return typeof option === 'string' && /^(acc|accuracy|ce|crossentropy)$/i.test(option)
}

// A metric keeps the name under which it was asked for, as in Keras: `mse` is reported as `mse`.
function namedMetric(asked: unknown, metric: Metric): Metric | StandardNames['metric'] {
  return typeof asked === 'string' ? (asked as StandardNames['metric']) : metric
}

function parse(kind: 'optimizer' | 'loss' | 'metric', value: unknown, path: string = kind): object {
  return standard.parse(kind, value, path)
}

/** A callback that prints where the log goes. */
function callbackOf(spec: Resolved['callbacks'][number], path: string, write: (text: string) => void): CallbackHooks {
  const callback = standard.parse('callback', spec, path)
  const { fields } = callback.constructor as { readonly fields?: object }
  if (!fields || !('write' in fields)) return callback as CallbackHooks
  const options = typeof spec === 'string' ? { callback: spec } : spec
  return standard.parse('callback', { write, ...options }, path) as CallbackHooks
}

/** The samples, if the model and its loss can take them. */
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
