import type { CallbackContext, CallbackHooks } from '@gradus/core'
import { tensor } from '@gradus/tensor'
import { Dense, Sequential } from 'gradus'
import type { Check } from '../check.ts'
import { camelOptions } from '../options.ts'
import type { CaseBase } from '../recorded.ts'

interface EventsCase extends CaseBase {
  readonly method: 'fit' | 'evaluate' | 'predict'
  readonly validation: boolean
  readonly epochs: number
  readonly batches: number
  readonly val_batches: number
  readonly fit_kwargs: Readonly<Record<string, unknown>>
  readonly events: readonly [hook: string, index: number | null, keys: readonly string[]][]
  readonly params: { readonly verbose: number; readonly epochs: number; readonly steps: number }
}

const hooks = {
  on_train_begin: 'onTrainBegin',
  on_train_end: 'onTrainEnd',
  on_epoch_begin: 'onEpochBegin',
  on_epoch_end: 'onEpochEnd',
  on_train_batch_begin: 'onTrainBatchBegin',
  on_train_batch_end: 'onTrainBatchEnd',
  on_test_begin: 'onTestBegin',
  on_test_end: 'onTestEnd',
  on_test_batch_begin: 'onTestBatchBegin',
  on_test_batch_end: 'onTestBatchEnd',
  on_predict_begin: 'onPredictBegin',
  on_predict_end: 'onPredictEnd',
  on_predict_batch_begin: 'onPredictBatchBegin',
  on_predict_batch_end: 'onPredictBatchEnd',
} as const satisfies Readonly<Record<string, keyof CallbackHooks>>

const batchSize = 2

/** Compares the hooks that a method of the model calls, in order, and the keys of their logs. */
export async function runEvents(entry: EventsCase, check: Check): Promise<void> {
  const seen: [string, number | null, string[]][] = []
  let params: unknown
  const recorder = Object.fromEntries(
    Object.entries(hooks).map(([name, hook]) => [
      hook,
      (context: CallbackContext) => {
        const index = /_batch_/.test(name) ? context.step : /_epoch_/.test(name) ? context.epoch : null
        seen.push([name, index, Object.keys(context.logs).sort()])
        params ??= { verbose: context.params.verbose, epochs: context.params.epochs, steps: context.params.steps }
      },
    ]),
  ) as CallbackHooks

  const model = new Sequential([new Dense({ units: 1, inputShape: [1] })])
  model.compile({ optimizer: 'sgd', loss: 'mse', metrics: ['mae'] })
  const samples = (batches: number) =>
    tensor(new Array(batches * batchSize).fill(1), { shape: [batches * batchSize, 1] })
  const x = samples(entry.batches)
  const callbacks = [recorder]
  if (entry.method === 'fit') {
    // Keras was given the first samples of x to validate on
    const validation = samples(Math.min(entry.val_batches, entry.batches) || 1)
    await model.fit(x, x, {
      epochs: entry.epochs,
      batchSize,
      verbose: 0,
      shuffle: false,
      callbacks,
      ...(entry.validation && { validationData: [validation, validation] as const, validationBatchSize: batchSize }),
      ...camelOptions(entry.fit_kwargs),
    })
  } else if (entry.method === 'evaluate') {
    await model.evaluate(x, x, { batchSize, verbose: 0, callbacks })
  } else {
    await model.predict(x, { batchSize, verbose: 0, callbacks })
  }
  // predictions are not in the logs: they are returned
  const expected = entry.events.map(([name, index, keys]) => [name, index, keys.filter((key) => key !== 'outputs')])
  check.equal('events', seen, expected)
  check.equal('params', params, {
    verbose: entry.params.verbose,
    epochs: entry.params.epochs,
    steps: entry.params.steps,
  })
}
