import { join } from 'node:path'
import { type Backend, useBackend } from '@gradus/tensor'
import {
  Adam,
  BackupAndRestore,
  BatchNormalization,
  CSVLogger,
  Dense,
  Dropout,
  fromArrays,
  ModelCheckpoint,
  Sequential,
} from 'gradus'
import { writeFileAtomic } from 'gradus/io'
import { openBackend } from '../backends/backends.ts'

const samples = 22
/** Backends keep the programs that they have compiled. */
const backends = new Map<string, Backend>()
const x = Array.from({ length: samples }, (_, i) => [Math.sin(i), Math.cos(3 * i)])
const y = x.map(([a, b]) => [a! * b!])

/** A program that trains with backups within epochs, on arrays or on a dataset; begun again, it goes on. */
export async function trainProgram(data: 'arrays' | 'dataset', backend: string, folder: string): Promise<void> {
  const opened = backends.get(backend) ?? (await openBackend(backend))
  backends.set(backend, opened)
  await useBackend(opened)
  const layers = [
    new Dense({ units: 4, activation: 'tanh', inputShape: [2] }),
    new BatchNormalization(),
    new Dropout({ rate: 0.3 }),
    new Dense({ units: 1 }),
  ]
  const model = new Sequential(layers, { seed: 1 })
  model.compile({ optimizer: new Adam({ learningRate: 0.01, useEma: true }), loss: 'mse', metrics: ['mae'] })
  const callbacks = [
    new CSVLogger({ filename: join(folder, 'logs/log.csv') }),
    new ModelCheckpoint({ filepath: join(folder, 'models/{epoch}.safetensors') }),
    // the backup stays until the results are saved
    new BackupAndRestore({ backupDir: join(folder, 'backup'), saveFreq: 3, deleteCheckpoint: false }),
  ]
  const options = { epochs: 3, verbose: 0, callbacks } as const
  const { history, epoch } =
    data === 'arrays'
      ? await model.fit(x, y, { ...options, batchSize: 5, validationSplit: 0.2 })
      : await model.fit(await pipeline(), options)
  await model.save(join(folder, 'model.safetensors'))
  await writeFileAtomic(join(folder, 'history.json'), JSON.stringify({ epoch, history }))
}

async function pipeline() {
  const scaled = (await fromArrays({ x, y })).map(({ x, y }) => ({ x, y }))
  return scaled.shuffle({ seed: 3, buffer: 7 }).batch(5).prefetch(2)
}
