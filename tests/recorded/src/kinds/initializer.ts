import { Rng } from '@gradus/core'
import { build } from '../build.ts'
import type { Check } from '../check.ts'
import type { CaseBase, Keras, Recorded } from '../recorded.ts'
import { type Statistics, statisticsOf } from '../statistics.ts'

interface InitializerCase extends CaseBase {
  readonly initializer: Keras
  readonly shape: readonly number[]
}

export async function runExactInitializer(
  entry: InitializerCase & { readonly values: Recorded },
  check: Check,
): Promise<void> {
  // Keras's Identity leaves the gain out of its config, so it is read from the values
  const unsaved = entry.class === 'Identity' && !('gain' in configOf(entry.initializer))
  const initializer = build('initializer', entry.initializer, unsaved ? { gain: Number(entry.values.data[0]) } : {})
  await check.close('values', initializer.make(new Rng(1).next(), entry.shape, 'float32'), entry.values)
}

export async function runOrthogonalInitializer(
  entry: InitializerCase & { readonly gain: number },
  check: Check,
): Promise<void> {
  const value = build('initializer', entry.initializer).make(new Rng(1).next(), entry.shape, 'float32')
  check.equal('shape', value.shape, entry.shape)
  const columns = entry.shape.at(-1)!
  const rows = value.size / columns
  const data = await value.data()
  const at = (row: number, column: number) => data[row * columns + column]!
  // the vectors along the shorter side are orthogonal to each other
  const [count, length] = rows < columns ? [rows, columns] : [columns, rows]
  const element = (vector: number, index: number) => (rows < columns ? at(vector, index) : at(index, vector))
  let worst = 0
  for (let i = 0; i < count; i++) {
    for (let j = 0; j <= i; j++) {
      let product = 0
      for (let k = 0; k < length; k++) product += element(i, k) * element(j, k)
      worst = Math.max(worst, Math.abs(product - (i === j ? entry.gain ** 2 : 0)))
    }
  }
  check.near('gram_is_gain2_identity_max_err', worst, 0, 1e-5 * entry.gain ** 2)
}

interface StatisticsCase extends InitializerCase {
  readonly stats: Omit<Statistics, 'zeros'> & { readonly n: number }
  readonly expected?: { readonly std?: number; readonly truncated_limit?: number; readonly uniform_limit?: number }
  readonly different_seed_differs?: boolean
  readonly same_seed_same?: boolean
}

/** Compares the distribution of a random initializer, roughly, and the effect of seeds. */
export async function runRandomInitializer(entry: StatisticsCase, check: Check): Promise<void> {
  const { stats, expected = {}, shape } = entry
  const make = async (key: number, extra = {}) => {
    const initializer = build('initializer', entry.initializer, extra)
    return (await initializer.make(new Rng(key).next(), shape, 'float32').data()).slice()
  }
  const values = await make(1)
  const got = statisticsOf(values)
  const std = expected.std ?? stats.std
  const mean = Math.abs(stats.mean) > (5 * stats.std) / Math.sqrt(stats.n) ? stats.mean : 0
  check.near('stats.mean', got.mean, mean, (7 * std) / Math.sqrt(values.length))
  check.near('stats.std', got.std, std, 0.03 * std)
  check.near('stats.kurtosis', got.kurtosis, stats.kurtosis, 0.15)
  const limit = expected.truncated_limit ?? expected.uniform_limit
  if (limit !== undefined) {
    const most = Math.max(Math.abs(got.min), Math.abs(got.max))
    check.holds('stats.max', most <= limit * (1 + 1e-6), `no value beyond ${limit}`, most)
    check.near('stats.max', most, limit, 0.02 * limit)
  }
  if (entry.same_seed_same) check.equal('same_seed_same', [...(await make(1))], [...values])
  if (entry.different_seed_differs) {
    const others = await make(2, { seed: 987654 })
    check.holds(
      'different_seed_differs',
      others.some((value, index) => value !== values[index]),
      'other values',
    )
  }
}

function configOf(keras: Keras): object {
  return (keras as { readonly config?: object } | null)?.config ?? {}
}
