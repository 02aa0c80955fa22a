import { spawnSync } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DivergenceError, Registry } from '@gradus/core'
import { afterEach, expect, it } from 'vitest'
import { ScriptedModel } from '../../../tests/recorded/scripted-model.ts'
import { BackupAndRestore } from './backup-and-restore.ts'
import { CSVLogger } from './csv-logger.ts'
import { EarlyStopping } from './early-stopping.ts'
import { History } from './history.ts'
import { LambdaCallback } from './lambda-callback.ts'
import { LearningRateScheduler } from './learning-rate-scheduler.ts'
import { ModelCheckpoint } from './model-checkpoint.ts'
import { ProgressLogger } from './progress-logger.ts'
import { ReduceLROnPlateau } from './reduce-lr-on-plateau.ts'
import { TerminateOnNaN } from './terminate-on-nan.ts'
import { play } from './testing/play.ts'

const folders: string[] = []

afterEach(async () => {
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true })))
})

it('an unknown figure needs a mode', async () => {
  const script = { f2: [1, 2] }
  await expect(play([new EarlyStopping({ monitor: 'f2' })], { model: new ScriptedModel(), script })).rejects.toThrow(
    "EarlyStopping monitors 'f2', which is the name of no compiled loss or metric",
  )
  await expect(
    play([new EarlyStopping({ monitor: 'f2', mode: 'max' })], { model: new ScriptedModel(), script }),
  ).resolves.toBe(2)
})

it('wrong options throw errors with their names', async () => {
  expect(() => new EarlyStopping({ patience: 1.5 })).toThrow(
    "EarlyStopping: 'patience' must be an integer at least 0 and is 1.5",
  )
  expect(() => new EarlyStopping({ pateince: 1 } as object)).toThrow("no option 'pateince'. Did you mean 'patience'?")
  expect(() => new ReduceLROnPlateau({ factor: 1 })).toThrow(
    "'factor' must be a number smaller than 1 at least 0 and is 1.",
  )
  expect(() => new ModelCheckpoint({ filepath: 'm', saveFreq: 0 })).toThrow(
    '\'saveFreq\' must be a positive whole number or "epoch" and is 0.',
  )
  expect(() => new LambdaCallback({ onEpochEnd: 3 as never })).toThrow("'onEpochEnd' must be a function and is 3")
  expect(() => new EarlyStopping({ monitor: 'loss', write: 'log.txt' as never })).toThrow("'write' must be a function")
  expect(() => new ModelCheckpoint({} as never)).toThrow(
    "ModelCheckpoint needs the option 'filepath', a string, which is missing. Example: new ModelCheckpoint({ filepath: 'model-{epoch:02d}.safetensors' }).",
  )
  expect(() => new ModelCheckpoint({ filepath: '' })).toThrow("'filepath' is empty")
  expect(() => new LearningRateScheduler({} as never)).toThrow("needs the option 'schedule', a function")
  const bad = new LearningRateScheduler({ schedule: () => Number.NaN })
  await expect(play([bad], { model: new ScriptedModel(), script: { loss: [1] } })).rejects.toThrow(
    'the schedule gave NaN for epoch 0',
  )
})

it('null in options from Keras is the default', () => {
  const options = { monitor: 'val_loss', mode: 'auto', verbose: 0, minDelta: 0, patience: 0, startFromEpoch: 0 }
  expect(new EarlyStopping({ baseline: null, patience: null } as never).options).toMatchObject(options)
  expect(new EarlyStopping({ baseline: null } as never).options.baseline).toBeUndefined()
  expect(new ModelCheckpoint({ filepath: 'm', initialValueThreshold: null } as never).best).toBeUndefined()
  expect(new LambdaCallback({ onEpochEnd: null } as never).onEpochEnd).toBeUndefined()
})

it('callbacks are converted to data and back', () => {
  const registry = new Registry([
    EarlyStopping,
    ModelCheckpoint,
    ReduceLROnPlateau,
    TerminateOnNaN,
    CSVLogger,
    History,
    ProgressLogger,
  ])
  const spec = { callback: 'EarlyStopping', patience: 3, monitor: 'val_accuracy' } as const
  const made = registry.create(spec)
  expect(made).toBeInstanceOf(EarlyStopping)
  expect(made.toSpec()).toEqual(spec)
  expect(registry.parse('callback', 'ProgbarLogger')).toBeInstanceOf(ProgressLogger)
})

it('only callbacks that use batches have the batch hook', () => {
  expect(new ModelCheckpoint({ filepath: 'm' }).onTrainBatchEnd).toBeUndefined()
  expect(new ModelCheckpoint({ filepath: 'm', saveFreq: 3 }).onTrainBatchEnd).toBeTypeOf('function')
  expect(new ProgressLogger({ verbose: 2 }).onTrainBatchEnd).toBeUndefined()
  expect(new ProgressLogger().onTrainBatchEnd).toBeTypeOf('function')
  expect(new LambdaCallback({ onTrainEnd: () => {} }).onTrainBatchEnd).toBeUndefined()
})

it('TerminateOnNaN stops after the batch, or throws', () => {
  const model = new ScriptedModel()
  let text = ''
  const context = {
    model,
    epoch: 2,
    step: 1,
    logs: { loss: Number.NaN },
    params: { epochs: 3, steps: 4, verbose: 0 as const },
  }
  const write = (piece: string) => {
    text += piece
  }
  new TerminateOnNaN({ write }).onTrainBatchEnd({ ...context, logs: { loss: 1 } })
  expect([model.stopTraining, text]).toEqual([false, ''])
  new TerminateOnNaN({ write }).onTrainBatchEnd(context)
  expect([model.stopTraining, text]).toEqual([true, 'Batch 1: Invalid loss, terminating training\n'])
  expect(() => new TerminateOnNaN({ raiseError: true }).onTrainBatchEnd(context)).toThrow(DivergenceError)
})

it('History keeps earlier figures when training goes on', async () => {
  const history = new History()
  const model = new ScriptedModel()
  await play([history], { model, script: { loss: [3, 2] } })
  await play([history], { model, script: { loss: [3, 2, 1] }, firstEpoch: 2 })
  expect(history.history).toEqual({ loss: [3, 2, 1] })
  expect(history.epoch).toEqual([2])
  const resumed = new History()
  resumed.restore(JSON.parse(JSON.stringify(history.state())))
  await play([resumed], { model, script: { loss: [3, 2, 1, 0] }, firstEpoch: 3 })
  expect(resumed.history).toEqual({ loss: [3, 2, 1, 0] })
  expect(resumed.epoch).toEqual([2, 3])
})

it.each([
  [undefined, 'epoch,loss,val_loss\r\n0,2.0,NA\r\n'],
  [true, 'epoch,loss,val_loss\r\n0,2.0,NA\r\n'],
  [false, 'epoch,loss\r\n0,2.0\r\n'],
])('CSVLogger has columns for validation where there may be one: %s', async (validation, expected) => {
  let text = ''
  const files = {
    read: async () => undefined,
    write: async () => {},
    append: async (_: string, more: string) => void (text += more),
  }
  const logger = new CSVLogger({ filename: 'log.csv', files })
  await logger.onTrainBegin()
  const params = { epochs: 1, steps: 1, verbose: 0 as const, ...(validation !== undefined && { validation }) }
  await logger.onEpochEnd({ epoch: 0, step: -1, logs: { loss: 2 }, params, model: new ScriptedModel() })
  expect(text).toBe(expected)
})

it('CSVLogger writes a file in a new folder, and continues it after a resume', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'gradus-csv-'))
  folders.push(folder)
  const filename = join(folder, 'runs', 'log.csv')
  const script = { loss: [1.5, 0.25, 0.125], val_loss: [2, 1, 1e-5] }
  const first = new CSVLogger({ filename })
  await play([first], { model: new ScriptedModel(), script, epochs: 2 })
  const second = new CSVLogger({ filename })
  second.restore(JSON.parse(JSON.stringify(first.state())))
  await play([second], { model: new ScriptedModel(), script, firstEpoch: 2 })
  expect(await readFile(filename, 'utf8')).toBe('epoch,loss,val_loss\r\n0,1.5,2.0\r\n1,0.25,1.0\r\n2,0.125,1e-05\r\n')
})

it('CSVLogger removes the rows that were written after its state was saved, and parts of rows', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'gradus-csv-'))
  folders.push(folder)
  for (const append of [false, true]) {
    const filename = join(folder, `log-${append}.csv`)
    const before = append ? 'epoch,loss\r\n0,9.0\r\n' : ''
    if (append) await writeFile(filename, before)
    const first = new CSVLogger({ filename, append })
    const states: unknown[] = []
    const afterEpoch = () => void states.push(JSON.parse(JSON.stringify(first.state())))
    const script = { loss: [1.5, 0.25, 0.125] }
    await play([first], { model: new ScriptedModel(), script, afterEpoch })
    const whole = await readFile(filename, 'utf8')
    for (const rest of ['', '2,0.', '2,0.125\r\n3,0.1']) {
      await writeFile(filename, whole + rest)
      const second = new CSVLogger({ filename, append })
      second.restore(states[0] as ReturnType<CSVLogger['state']>)
      await play([second], { model: new ScriptedModel(), script, firstEpoch: 1 })
      expect(await readFile(filename, 'utf8')).toBe(whole)
    }
  }
  expect((await readdir(folder)).sort()).toEqual(['log-false.csv', 'log-true.csv'])
})

it('CSVLogger names a file that cannot be written', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'gradus-csv-'))
  folders.push(folder)
  await writeFile(join(folder, 'file'), '')
  const filename = join(folder, 'file', 'log.csv')
  const run = play([new CSVLogger({ filename })], { model: new ScriptedModel(), script: { loss: [1] } })
  await expect(run).rejects.toThrow(`The file '${filename}' cannot be written: `)
})

it.skipIf(process.platform === 'win32')('CSVLogger writes to a device and does not replace it', async () => {
  await play([new CSVLogger({ filename: '/dev/null' })], { model: new ScriptedModel(), script: { loss: [1, 2] } })
  expect((await stat('/dev/null')).isCharacterDevice()).toBe(true)
})

it('ProgressLogger prints epochs as Keras does', async () => {
  let text = ''
  let time = 0
  const write = (piece: string) => {
    text += piece
  }
  const logger = new ProgressLogger({ write, clock: () => (time += 0.06) })
  await play([logger], {
    model: new ScriptedModel(),
    script: { accuracy: [0.5, 1], loss: [0.7, 0.0001] },
    batches: 3,
    verbose: 2,
  })
  expect(text).toBe(
    'Epoch 1/2\n3/3 - 0s - 20ms/step - accuracy: 0.5000 - loss: 0.7000\nEpoch 2/2\n3/3 - 0s - 20ms/step - accuracy: 1.0000 - loss: 1.0000e-04\n',
  )
  text = ''
  await play([logger], { model: new ScriptedModel(), script: { loss: [0.7] }, batches: 2, verbose: 1 })
  expect(text.match(/\r/g)).toHaveLength(3) // two batches and the end
  expect(text).toMatch(/ - loss: 0\.7000 *\n$/)
  expect(text).not.toContain('Epoch')
  text = ''
  await play([logger], { model: new ScriptedModel(), script: { loss: [0.7, 0.6] }, verbose: 0 })
  expect(text).toBe('')
})

it('ProgressLogger shows evaluation, but not validation within training', () => {
  let text = ''
  const logger = new ProgressLogger({
    write: (piece) => {
      text += piece
    },
    clock: () => 0,
  })
  const context = {
    model: new ScriptedModel(),
    epoch: -1,
    step: -1,
    logs: {},
    params: { epochs: 1, steps: 2, verbose: 2 as const },
  }
  const evaluate = () => {
    logger.onTestBegin(context)
    logger.onTestBatchEnd({ ...context, step: 0, logs: { loss: 1 } })
    logger.onTestBatchEnd({ ...context, step: 1, logs: { loss: 0.5 } })
    logger.onTestEnd({ ...context, logs: { loss: 0.5 } })
  }
  evaluate()
  expect(text).toBe('2/2 - 0s - 0s/step - loss: 0.5000\n')
  logger.onTrainBegin(context)
  evaluate()
  logger.onTrainEnd()
  expect(text).toBe('2/2 - 0s - 0s/step - loss: 0.5000\n')
})

it('BackupAndRestore removes the unfinished files of killed processes', async () => {
  const backupDir = await mkdtemp(join(tmpdir(), 'gradus-backup-'))
  folders.push(backupDir)
  const { pid: ended } = spawnSync(process.execPath, ['--version'])
  const kept = [
    `.training.safetensors.${process.ppid}-abc.tmp`, // of a process that runs
    `.other.safetensors.${ended}-abc.tmp`,
    `.training.safetensors.${ended}-abc.txt`,
    'training.safetensors.tmp',
  ]
  for (const name of [
    ...kept,
    `.training.safetensors.${ended}-abc.tmp`,
    `.training.safetensors.${process.pid}-x1.tmp`,
  ]) {
    await writeFile(join(backupDir, name), '')
  }
  const resume = (folder: string) =>
    new BackupAndRestore({ backupDir: folder }).onResume({ model: new ScriptedModel() } as never)
  expect(await resume(backupDir)).toBeUndefined()
  expect((await readdir(backupDir)).sort()).toEqual(kept.sort())
  expect(await resume(join(backupDir, 'missing'))).toBeUndefined()
})
