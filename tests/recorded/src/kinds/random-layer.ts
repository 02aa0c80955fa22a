import { initLayer, Rng, statelessCall } from '@gradus/core'
import { full, treeLeaves } from '@gradus/tensor'
import { build } from '../build.ts'
import type { Check } from '../check.ts'
import type { CaseBase, Keras } from '../recorded.ts'
import { statisticsOf } from '../statistics.ts'

interface RandomLayerCase extends CaseBase {
  readonly layer: Keras
  readonly input_shape: readonly number[]
  readonly input_value: number
  readonly inference_is_identity?: boolean
  readonly train_stats: {
    readonly mean: number
    readonly std: number
    readonly frac_zero: number
    readonly min: number
    readonly max: number
    readonly n_unique: number
    readonly whole_channel_dropped?: boolean
  }
}

/** Compares the statistics of a layer that draws random numbers in training, roughly, and its output in inference. */
export async function runRandomLayer(entry: RandomLayerCase, check: Check): Promise<void> {
  const layer = build('layer', entry.layer)
  const x = full(entry.input_shape, entry.input_value)
  const variables = initLayer(layer, x.shape, new Rng(1))
  const apply = async (training: boolean) => {
    const { outputs } = statelessCall(layer, variables, x, { rng: new Rng(11), training })
    return (await treeLeaves(outputs)[0]!.data()).slice()
  }
  if (entry.inference_is_identity)
    check.numbers('inference_is_identity', await apply(false), await x.data(), { slack: 0 })

  const values = await apply(true)
  const expected = entry.train_stats
  const got = statisticsOf(values)
  // masks that are shared by whole channels leave a few thousand independent draws: 5 percent are six deviations
  const scale = 0.05 * Math.max(Math.abs(expected.mean), expected.std)
  check.near('train_stats.mean', got.mean, expected.mean, scale)
  check.near('train_stats.std', got.std, expected.std, scale)
  check.near('train_stats.frac_zero', got.zeros, expected.frac_zero, 0.04)
  if (expected.n_unique <= 2) {
    check.holds(
      'train_stats.n_unique',
      new Set(values).size === expected.n_unique,
      `${expected.n_unique} different values`,
      new Set(values).size,
    )
    check.numbers('train_stats', [got.min, got.max], [expected.min, expected.max])
  }
  if (expected.whole_channel_dropped) {
    check.holds('train_stats.whole_channel_dropped', dropsWholeChannels(values, x.shape), 'zeros fill whole channels')
  }
}

/** Whether each channel of each sample is zero everywhere or nowhere. */
function dropsWholeChannels(values: ArrayLike<number>, shape: readonly number[]): boolean {
  const channels = shape.at(-1)!
  const perSample = values.length / shape[0]!
  for (let i = 0; i < values.length; i++) {
    const first = Math.floor(i / perSample) * perSample + (i % channels)
    if ((values[i] === 0) !== (values[first] === 0)) return false
  }
  return true
}
