import { describe, expect, it } from 'vitest'
import { ScriptedModel } from '../../../tests/recorded/scripted-model.ts'
import { CSVLogger } from './csv-logger.ts'
import { EarlyStopping } from './early-stopping.ts'
import { History } from './history.ts'
import { LearningRateScheduler } from './learning-rate-scheduler.ts'
import { ModelCheckpoint } from './model-checkpoint.ts'
import type { TextFiles } from './platform-files.ts'
import { ReduceLROnPlateau } from './reduce-lr-on-plateau.ts'
import { camelCased, play, recorded, type Script } from './testing/play.ts'

// Keras's recorded runs: the same figures per epoch must lead to the same decisions and the same text.

interface Run {
  readonly args: Readonly<Record<string, unknown>>
  readonly script: Script
  readonly stdout: string
  readonly compile_metrics?: readonly string[]
}

/** Collects text; `options` go into a config. */
function listener() {
  const heard = { text: '', warnings: [] as string[] }
  const options = {
    verbose: 1 as const,
    write: (text: string) => {
      heard.text += text
    },
    warn: (message: string) => void heard.warnings.push(message),
  }
  return { heard, options }
}

const modelOf = ({ compile_metrics = [] }: Run) =>
  new ScriptedModel({ loss: 'down', ...Object.fromEntries(compile_metrics.map((name) => [name, 'up' as const])) })

interface EarlyStoppingRun extends Run {
  readonly epochs: number
  readonly epochs_run: number
  readonly stopped_epoch: number
  readonly best: number | null
  readonly best_epoch: number
  readonly wait: number
  readonly final_weight_is_epoch: number
}

describe('EarlyStopping', () => {
  it.each(recorded<EarlyStoppingRun>('callback_early_stopping'))('$name', async (run) => {
    const { heard, options } = listener()
    const callback = new EarlyStopping({ ...camelCased(run.args), ...options })
    const model = modelOf(run)
    const epochs = await play([callback], { model, script: run.script, epochs: run.epochs })
    expect({
      epochs,
      stopped: callback.stoppedEpoch,
      best: callback.best ?? null,
      bestEpoch: callback.bestEpoch,
      wait: callback.wait,
      weight: model.weight,
      text: heard.text,
    }).toEqual({
      epochs: run.epochs_run,
      stopped: run.stopped_epoch,
      best: run.best,
      bestEpoch: run.best_epoch,
      wait: run.wait,
      weight: run.final_weight_is_epoch,
      text: run.stdout,
    })
    expect(heard.warnings.length).toBe(run.name.includes('missing') ? run.epochs_run : 0)
  })

  it('continues a saved run exactly', async () => {
    const run = recorded<EarlyStoppingRun>('callback_early_stopping').find(({ name }) =>
      name.includes('patience2-restore'),
    )!
    const config = camelCased(run.args)
    const first = new EarlyStopping(config)
    await play([first], { model: modelOf(run), script: run.script, epochs: 4 })
    const second = new EarlyStopping(config)
    second.restore(JSON.parse(JSON.stringify(first.state())))
    const model = modelOf(run)
    const epochs = await play([second], { model, script: run.script, firstEpoch: 4 })
    expect([epochs + 4, second.stoppedEpoch, second.best, second.bestEpoch, model.weight]).toEqual([5, 4, 3, 2, 3])
  })
})

interface ReduceRun extends Run {
  readonly initial_lr: number
  readonly lr_after_epoch: readonly number[]
  readonly wait_after_epoch: readonly number[]
  readonly cooldown_after_epoch: readonly number[]
  readonly best_after_epoch: readonly (number | null)[]
  readonly history_learning_rate: readonly number[]
}

describe('ReduceLROnPlateau', () => {
  it.each(recorded<ReduceRun>('callback_reduce_lr'))('$name', async (run) => {
    const { heard, options } = listener()
    const callback = new ReduceLROnPlateau({ ...camelCased(run.args), ...options })
    const history = new History()
    const model = modelOf(run)
    model.learningRate = run.initial_lr
    const seen: { lr: number; wait: number; cooldown: number; best: number | null }[] = []
    const afterEpoch = () =>
      seen.push({
        lr: model.learningRate,
        wait: callback.wait,
        cooldown: callback.cooldownCounter,
        best: callback.best ?? null,
      })
    await play([callback, history], { model, script: run.script, afterEpoch })
    expect(seen.map(({ lr }) => lr)).toEqual(run.lr_after_epoch)
    expect(seen.map(({ wait }) => wait)).toEqual(run.wait_after_epoch)
    expect(seen.map(({ cooldown }) => cooldown)).toEqual(run.cooldown_after_epoch)
    expect(seen.map(({ best }) => best)).toEqual(run.best_after_epoch)
    expect(history.history['learning_rate']).toEqual(run.history_learning_rate)
    expect(heard.text).toBe(run.stdout)
  })
})

interface CheckpointRun extends Run {
  readonly filepath: string
  readonly batches_per_epoch: number
  readonly files_after_epoch: readonly Record<string, number>[]
}

describe('ModelCheckpoint', () => {
  it.each(recorded<CheckpointRun>('callback_model_checkpoint'))('$name', async (run) => {
    const { heard, options } = listener()
    const callback = new ModelCheckpoint({ filepath: run.filepath, ...camelCased(run.args), ...options })
    const model = modelOf(run)
    const files: Record<string, number>[] = []
    const afterEpoch = () => files.push({ ...model.files })
    await play([callback], { model, script: run.script, batches: run.batches_per_epoch, afterEpoch })
    expect(files).toEqual(run.files_after_epoch)
    expect(heard.text).toBe(run.stdout)
  })
})

interface SchedulerRun extends Run {
  readonly schedule_js: string
  readonly epochs: number
  readonly initial_lr: number
  readonly lr_after_epoch: readonly number[]
  readonly history_learning_rate: readonly number[]
}

// The recorded schedules, by their source.
const schedules: Readonly<Record<string, (epoch: number, rate: number) => number>> = {
  '(epoch) => epoch < 3 ? 0.1 : 0.01': (epoch) => (epoch < 3 ? 0.1 : 0.01),
  '(epoch, lr) => epoch < 2 ? lr : lr * 0.5': (epoch, lr) => (epoch < 2 ? lr : lr * 0.5),
}

describe('LearningRateScheduler', () => {
  it.each(recorded<SchedulerRun>('callback_lr_scheduler'))('$name', async (run) => {
    const { heard, options } = listener()
    const { verbose, write } = options
    const callback = new LearningRateScheduler({ schedule: schedules[run.schedule_js]!, verbose, write })
    const history = new History()
    const model = new ScriptedModel()
    model.learningRate = run.initial_lr
    const rates: number[] = []
    await play([callback, history], {
      model,
      script: {},
      epochs: run.epochs,
      afterEpoch: () => rates.push(model.learningRate),
    })
    expect(rates).toEqual(run.lr_after_epoch)
    expect(history.history['learning_rate']).toEqual(run.history_learning_rate)
    expect(heard.text).toBe(run.stdout)
  })
})

interface CsvRun extends Run {
  readonly preexisting_file: string | null
  readonly file_content: string
}

describe('CSVLogger', () => {
  it.each(recorded<CsvRun>('callback_csv_logger'))(
    '$name',
    async ({ args, script, preexisting_file, file_content }) => {
      const { files, texts } = memoryFiles(preexisting_file === null ? {} : { 'log.csv': preexisting_file })
      await play([new CSVLogger({ filename: 'log.csv', ...args, files })], { model: new ScriptedModel(), script })
      expect(texts['log.csv']).toBe(file_content)
    },
  )
})

function memoryFiles(texts: Record<string, string>): { files: TextFiles; texts: Record<string, string> } {
  const files: TextFiles = {
    read: async (path) => texts[path],
    write: async (path, text) => {
      texts[path] = text
    },
    append: async (path, text) => {
      texts[path] += text
    },
  }
  return { files, texts }
}
