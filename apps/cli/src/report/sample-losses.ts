import { type HostArray, Loss } from '@gradus/core'
import { tensor, tidy } from '@gradus/tensor'
import type { ClassRegistry } from '../plugins/load-plugins.ts'
import type { OutputArray } from '../train/decode-outputs.ts'

const rowsAtOnce = 8192

/** The loss of each sample; undefined for losses that are no mean over samples. `option` is the loss of the config. */
export async function lossesOf(
  option: unknown,
  registry: ClassRegistry,
  { data, shape }: OutputArray,
  y: HostArray,
): Promise<number[] | undefined> {
  const count = shape[0] ?? 0
  const [width, targets] = [data.length / count, y.data.length / count]
  const loss = lossOf(option, registry, y, width)
  if (!loss) return undefined
  const losses: number[] = []
  for (let from = 0; from < count; from += rowsAtOnce) {
    const rows = Math.min(rowsAtOnce, count - from)
    const truth = y.data.slice(from * targets, (from + rows) * targets)
    const predicted = Float32Array.from(data.subarray(from * width, (from + rows) * width))
    const values = tidy(() =>
      loss.perSample(
        tensor(truth, { shape: [rows, ...y.shape.slice(1)], dtype: y.dtype }),
        tensor(predicted, { shape: [rows, ...shape.slice(1)] }),
      ),
    )
    if (values.shape[0] !== rows) return undefined
    losses.push(...meansOf(await values.data(), rows))
    values.dispose()
  }
  return losses
}

/** The loss of a config; its names that depend on shapes are those of the shapes here. */
function lossOf(option: unknown, registry: ClassRegistry, { shape }: HostArray, outputs: number): Loss | undefined {
  const binary = outputs === 1 ? 'Binary' : shape.length === 1 ? 'SparseCategorical' : 'Categorical'
  const spec = typeof option === 'string' && /^(ce|crossentropy)$/i.test(option) ? `${binary}Crossentropy` : option
  const loss = registry.parse('loss', spec, 'loss') as unknown
  return loss instanceof Loss ? loss : undefined
}

function meansOf(values: ArrayLike<number>, rows: number): number[] {
  const each = values.length / rows
  return Array.from({ length: rows }, (_, row) => {
    let sum = 0
    for (let i = 0; i < each; i++) sum += values[row * each + i]!
    return sum / each
  })
}
