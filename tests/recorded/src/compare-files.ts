import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { HostArray, Named } from '@gradus/core'
import { kerasFormats } from '@gradus/keras-files'
import { useBackend } from '@gradus/tensor'
import { loadModel } from 'gradus'
import { backends } from '../../backends.ts'
import { type Recorded, toHost } from './recorded.ts'

interface FileRecord {
  readonly x: readonly Recorded[]
  readonly y: Recorded
  readonly predictions: Recorded
  readonly losses: readonly number[]
  readonly after: Recorded
}

const formats = kerasFormats
const kinds = ['keras', 'h5', 'weights.h5'] as const

/**
 * Reads the models that Keras saved in a folder: each must predict and train as in Keras. Writes each as NAME.out.*, for Keras to read.
 * Returns the exit code.
 */
export async function main(folder: string, backend: string): Promise<number> {
  await useBackend(await backends[backend]!())
  console.warn = () => {}
  let [read, failed, farthest] = [0, 0, 0]
  const unknown: string[] = []
  for (const file of readdirSync(folder)) {
    if (!file.endsWith('.json')) continue
    const name = file.slice(0, -5)
    const record = JSON.parse(readFileSync(join(folder, file), 'utf8')) as FileRecord
    for (const kind of kinds) {
      if (!existsSync(join(folder, `${name}.${kind}`))) continue
      try {
        const far = await compare(folder, name, kind, record)
        read++
        farthest = Math.max(farthest, far)
        if (far <= 1e-3) continue
        failed++
        console.log(`FAILED ${name}.${kind}: differs by ${far.toExponential(1)}`)
      } catch (error) {
        const message = (error as Error).message
        if (/^The (operation|activation) .* cannot be written/.test(message))
          unknown.push(`${name}.${kind}: ${message}`)
        else {
          failed++
          console.log(`FAILED ${name}.${kind}: ${(error as Error).name}: ${message.slice(0, 300)}`)
        }
      }
    }
  }
  for (const text of unknown) console.log(`not written ${text.slice(0, 160)}`)
  console.log(
    `Read ${read} files that Keras wrote; ${failed} failed. Greatest difference: ${farthest.toExponential(1)}`,
  )
  return failed > 0 ? 1 : 0
}

async function compare(folder: string, name: string, kind: string, record: FileRecord): Promise<number> {
  const load = async () => {
    if (kind !== 'weights.h5') return loadModel(join(folder, `${name}.${kind}`), { formats })
    const model = await loadModel(join(folder, `${name}.keras`), { formats })
    const cleared = (await model.getWeights()).map((weight) => ({ ...weight, data: weight.data.map(() => 0) }))
    await model.setWeights(cleared as never)
    await model.restore(join(folder, `${name}.${kind}`), { formats })
    return model
  }
  const model = await load()
  await model.save(join(folder, `${name}.out.${kind}`), { formats })
  const given = record.x.map(toHost)
  const x = (given.length > 1 ? given : given[0]) as Named<HostArray>
  const predicted = async () => distance((await model.predict(x, { verbose: 0 })).dataSync(), record.predictions.data)
  let far = await predicted()
  if (record.losses.length === 0) return far
  const { history } = await model.fit(x, toHost(record.y), { batchSize: 2, epochs: 2, shuffle: false, verbose: 0 })
  far = Math.max(far, distance(history['loss']!, record.losses))
  return Math.max(far, distance((await model.predict(x, { verbose: 0 })).dataSync(), record.after.data))
}

/** The greatest difference, in relation to the largest value. */
function distance(a: ArrayLike<number>, b: ArrayLike<number | string | boolean>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY
  const expected = Array.from(b, Number)
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-3)
  return expected.reduce((most, value, index) => Math.max(most, Math.abs(a[index]! - value)), 0) / largest
}
