import type { ModelSpec } from '@gradus/core'
import { fromSpec } from 'gradus'
import type { Check } from '../check.ts'
import { buildModel, type CompileCase, compileModel } from '../models.ts'
import { Unsupported } from '../outcome.ts'
import { type CaseBase, type Keras, type Recorded, toHost } from '../recorded.ts'
import { rankScore, shareInRange } from '../two-samples.ts'

/** The number of runs. */
const seeds = 20
/** The standard score that a sample of the same distribution exceeds in one of 1000 cases. */
const largestScore = 3.29

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
 * Trains the article's network from random weights, with shuffling, once for each of 20 seeds. The figures must be distributed as
 * those of Keras's runs: ranks of one sample among both give no evidence of a shift at the level of 0.1 %, and 9 of 10 runs lie
 * within the range of Keras's, widened by its width on both sides. The data are those of the recorded job with the same activation.
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
  const { batch_size: batchSize, epochs } = job.fit
  const [x, y] = [toHost(job.x), Int32Array.from(job.labels)]
  const histories: Readonly<Record<string, readonly number[]>>[] = []
  for (let seed = 1; seed <= seeds; seed++) {
    const model = fromSpec({ ...spec, seed } as unknown as ModelSpec)
    compileModel(model, job.compile)
    histories.push((await model.fit(x, y, { batchSize, epochs, verbose: 0 })).history)
  }
  for (const [moment, epoch] of [
    ['first_epoch', 0],
    ['last_epoch', epochs - 1],
  ] as const) {
    for (const key of Object.keys(entry.runs[0]?.[moment] ?? {})) {
      const seen = entry.runs.map((run) => run[moment][key]!)
      const own = histories.map((history) => history[key]?.[epoch] ?? Number.NaN)
      const field = `runs.${moment}.${key}`
      check.holds(`${field}, all runs`, own.every(Number.isFinite), 'finite figures', own)
      check.near(`${field}, score of the ranks`, rankScore(own, seen), 0, largestScore)
      const share = shareInRange(own, seen)
      check.holds(`${field}, share in the range of Keras`, share >= 0.9, '0.9 or more', share)
    }
  }
}
