import { History } from '@gradus/callbacks'
import type { Callback, CallbackHooks } from '@gradus/core'
import { ScriptedModel } from '../../scripted-model.ts'
import { build, registry } from '../build.ts'
import type { Check } from '../check.ts'
import { perform, type Script } from '../perform.ts'
import type { CaseBase, Recorded } from '../recorded.ts'

interface ScriptedCase extends CaseBase {
  readonly args: Readonly<Record<string, unknown>>
  readonly script: Script
  readonly epochs?: number
  readonly stdout?: string
  readonly compile_metrics?: readonly string[]
}

interface Output {
  text: string
}

/** The callback of a case, which appends its messages to `output`. */
function callbackOf(
  entry: { readonly class: string; readonly args?: Readonly<Record<string, unknown>> },
  output: Output,
  extra: Readonly<Record<string, unknown>> = {},
): Callback {
  const keras = { module: 'keras.callbacks', class_name: entry.class, config: entry.args ?? {} }
  const messages = {
    write: (text: string) => {
      output.text += text
    },
    warn: () => {},
    verbose: 1,
  }
  const known = (registry.find('callback', entry.class)?.fields ?? {}) as Record<string, unknown>
  return build('callback', keras, {
    ...Object.fromEntries(Object.entries(messages).filter(([key]) => key in known)),
    ...extra,
  })
}

function modelOf({ compile_metrics = [] }: ScriptedCase): ScriptedModel {
  return new ScriptedModel(Object.fromEntries(compile_metrics.map((name) => [name, directionOf(name)])))
}

function directionOf(name: string): 'up' | 'down' {
  if (/^acc(uracy)?$/i.test(name)) return 'up'
  return registry.find('metric', name) ? build('metric', name).direction : 'down'
}

/** A figure as it is recorded. */
function asRecorded(figure: number | undefined): number | string | null {
  return figure === undefined ? null : Number.isFinite(figure) ? figure : String(figure)
}

type EarlyStoppingCase = ScriptedCase & {
  readonly epochs_run: number
  readonly stopped_epoch: number
  readonly best: number | string | null
  readonly best_epoch: number
  readonly wait: number
  readonly final_weight_is_epoch: number
}

export async function runEarlyStopping(entry: EarlyStoppingCase, check: Check): Promise<void> {
  const output: Output = { text: '' }
  const callback = callbackOf(entry, output) as Callback & {
    stoppedEpoch: number
    best: number | undefined
    bestEpoch: number
    wait: number
  }
  const model = modelOf(entry)
  const epochs = await perform(model, [callback], entry)
  check.equal('epochs_run', epochs, entry.epochs_run)
  check.equal('stopped_epoch', callback.stoppedEpoch, entry.stopped_epoch)
  check.equal('best', asRecorded(callback.best), entry.best)
  check.equal('best_epoch', callback.bestEpoch, entry.best_epoch)
  check.equal('wait', callback.wait, entry.wait)
  check.equal('final_weight_is_epoch', model.weight, entry.final_weight_is_epoch)
  check.text('stdout', output.text, entry.stdout ?? '')
}

type ReduceCase = ScriptedCase & {
  readonly initial_lr: number
  readonly lr_after_epoch: readonly number[]
  readonly wait_after_epoch: readonly number[]
  readonly cooldown_after_epoch: readonly number[]
  readonly best_after_epoch: readonly (number | string | null)[]
  readonly history_learning_rate: readonly number[]
}

export async function runReduceLearningRate(entry: ReduceCase, check: Check): Promise<void> {
  const output: Output = { text: '' }
  const callback = callbackOf(entry, output) as Callback & {
    wait: number
    cooldownCounter: number
    best: number | undefined
  }
  const history = new History()
  const model = modelOf(entry)
  model.learningRate = entry.initial_lr
  const seen: { rate: number; wait: number; cooldown: number; best: number | string | null }[] = []
  await perform(model, [callback, history], {
    ...entry,
    afterEpoch: () =>
      seen.push({
        rate: model.learningRate,
        wait: callback.wait,
        cooldown: callback.cooldownCounter,
        best: asRecorded(callback.best),
      }),
  })
  check.numbers(
    'lr_after_epoch',
    seen.map(({ rate }) => rate),
    entry.lr_after_epoch,
  )
  check.equal(
    'wait_after_epoch',
    seen.map(({ wait }) => wait),
    entry.wait_after_epoch,
  )
  check.equal(
    'cooldown_after_epoch',
    seen.map(({ cooldown }) => cooldown),
    entry.cooldown_after_epoch,
  )
  check.equal(
    'best_after_epoch',
    seen.map(({ best }) => best),
    entry.best_after_epoch,
  )
  check.numbers('history_learning_rate', history.history['learning_rate'] ?? [], entry.history_learning_rate)
  check.text('stdout', output.text, entry.stdout ?? '')
}

type CheckpointCase = ScriptedCase & {
  readonly filepath: string
  readonly batches_per_epoch?: number
  readonly files_after_epoch: readonly Readonly<Record<string, number>>[]
}

export async function runModelCheckpoint(entry: CheckpointCase, check: Check): Promise<void> {
  const output: Output = { text: '' }
  const callback = callbackOf(entry, output, { filepath: entry.filepath })
  const model = modelOf(entry)
  const files: Record<string, number>[] = []
  await perform(model, [callback], {
    ...entry,
    batches: entry.batches_per_epoch,
    afterEpoch: () => files.push({ ...model.files }),
  })
  check.equal('files_after_epoch', files.map(sorted), entry.files_after_epoch.map(sorted))
  check.text('stdout', output.text, entry.stdout ?? '')
}

function sorted(record: Readonly<Record<string, number>>): [string, number][] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1))
}

type SchedulerCase = CaseBase & {
  /** The schedule as JavaScript. */
  readonly schedule_js: string
  readonly epochs: number
  readonly initial_lr: number
  readonly lr_after_epoch: readonly number[]
  readonly history_learning_rate: readonly number[]
  readonly stdout?: string
}

export async function runLearningRateScheduler(entry: SchedulerCase, check: Check): Promise<void> {
  const output: Output = { text: '' }
  const schedule = new Function(`return (${entry.schedule_js})`)() as (epoch: number, rate: number) => number
  const callback = callbackOf(entry, output, { schedule })
  const history = new History()
  const model = new ScriptedModel()
  model.learningRate = entry.initial_lr
  const rates: number[] = []
  await perform(model, [callback, history], {
    script: {},
    epochs: entry.epochs,
    afterEpoch: () => rates.push(model.learningRate),
  })
  check.numbers('lr_after_epoch', rates, entry.lr_after_epoch)
  check.numbers('history_learning_rate', history.history['learning_rate'] ?? [], entry.history_learning_rate)
  check.text('stdout', output.text, entry.stdout ?? '')
}

type CsvCase = ScriptedCase & { readonly preexisting_file: string | null; readonly file_content: string }

export async function runCsvLogger(entry: CsvCase, check: Check): Promise<void> {
  let content: string | undefined = entry.preexisting_file ?? undefined
  const files = {
    read: async () => content,
    write: async (_path: string, text: string) => {
      content = text
    },
    append: async (_path: string, text: string) => {
      content = (content ?? '') + text
    },
  }
  const callback = callbackOf(entry, { text: '' }, { filename: 'log.csv', files })
  await perform(new ScriptedModel(), [callback], entry)
  check.text('file_content', content ?? '', entry.file_content)
}

type TerminateCase = CaseBase & {
  readonly args?: Readonly<Record<string, unknown>>
  readonly y: Recorded
  readonly x: Recorded
  readonly batch_size: number
  readonly epochs: number
  readonly batches_ended: readonly number[]
  readonly epochs_ended: readonly number[]
  readonly stop_training: boolean
  readonly stdout: string
}

/**
 * `fit` of Gradus rejects data that are not finite, so the losses are made up: NaN from the first batch with such a value.
 */
export async function runTerminateOnNan(entry: TerminateCase, check: Check): Promise<void> {
  const output: Output = { text: '' }
  const callback = callbackOf(entry, output)
  const model = new ScriptedModel()
  const rows = entry.y.shape[0]!
  const ended = { batches: [] as number[], epochs: [] as number[] }
  const watcher: CallbackHooks = {
    onTrainBatchEnd: ({ step }) => void ended.batches.push(step),
    onEpochEnd: ({ epoch }) => void ended.epochs.push(epoch),
  }
  let diverged = false
  await perform(model, [callback, watcher], {
    script: {},
    epochs: entry.epochs,
    batches: Math.ceil(rows / entry.batch_size),
    ofBatch: (_epoch, step) => {
      diverged ||= [entry.x, entry.y].some(({ data, shape }) => {
        const width = data.length / shape[0]!
        const rowsOfBatch = data.slice(step * entry.batch_size * width, (step + 1) * entry.batch_size * width)
        return rowsOfBatch.some((value) => !Number.isFinite(Number(value)))
      })
      return { loss: diverged ? Number.NaN : 0 }
    },
  })
  check.equal('batches_ended', ended.batches, entry.batches_ended)
  check.equal('epochs_ended', ended.epochs, entry.epochs_ended)
  check.equal('stop_training', model.stopTraining, entry.stop_training)
  check.text('stdout', output.text, entry.stdout)
}

/** Runs the script of a callback that must throw. */
export async function performRefused(entry: ScriptedCase & { readonly filepath?: string }): Promise<void> {
  const { filepath } = entry
  await perform(modelOf(entry), [callbackOf(entry, { text: '' }, filepath === undefined ? {} : { filepath })], {
    ...entry,
    script: entry.script ?? { loss: [1, 1] },
  })
}
