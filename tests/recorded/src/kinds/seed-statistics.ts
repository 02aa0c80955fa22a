import type { ModelSpec } from '@gradus/core'
import { fromSpec } from 'gradus'
import type { Check } from '../check.ts'
import { buildModel, type CompileCase, compileModel } from '../models.ts'
import { Unsupported } from '../outcome.ts'
import { type CaseBase, type Keras, type Recorded, toHost } from '../recorded.ts'

type Figures = Readonly<Record<string, number>>

interface StatisticsCase extends CaseBase {
  readonly activation: string
  readonly runs: readonly { readonly first_epoch: Figures; readonly last_epoch: Figures }[]
}

interface JobCase extends CaseBase {
  readonly activation: string
  readonly model: Keras
  readonly compile: CompileCase
  readonly fit: { readonly batch_size: number; readonly epochs: number }
  readonly x: Recorded
  readonly labels: readonly number[]
}

/**
 * Trains the article's network from random weights, with shuffling. The figures must lie within the range of Keras's runs,
 * widened by its width on both sides. The data are those of the recorded job with the same activation.
 */
export async function runSeedStatistics(
  entry: StatisticsCase,
  check: Check,
  siblings: readonly CaseBase[],
): Promise<void> {
  const job = siblings.find(
    (other): other is JobCase => other.kind === 'seed_job' && (other as JobCase).activation === entry.activation,
  )
  if (!job) throw new Unsupported(`statistics of a job with ${entry.activation} outputs without the job itself`)
  const { spec } = buildModel(job.model)
  const model = fromSpec({ ...spec, seed: 1 } as unknown as ModelSpec)
  compileModel(model, job.compile)
  const { batch_size: batchSize, epochs } = job.fit
  const { history } = await model.fit(toHost(job.x), Int32Array.from(job.labels), { batchSize, epochs, verbose: 0 })
  for (const [moment, epoch] of [
    ['first_epoch', 0],
    ['last_epoch', epochs - 1],
  ] as const) {
    for (const key of Object.keys(entry.runs[0]?.[moment] ?? {})) {
      const seen = entry.runs.map((run) => run[moment][key]!)
      const [low, high] = [Math.min(...seen), Math.max(...seen)]
      check.near(`runs.${moment}.${key}`, history[key]?.[epoch] ?? Number.NaN, (low + high) / 2, 1.5 * (high - low))
    }
  }
}
