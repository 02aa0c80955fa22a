import {
  type ArrayData,
  type Batch,
  ConfigError,
  checkFields,
  type HostArray,
  numpyOrders,
  toNamedArrays,
} from '@gradus/core'
import { sizeOf } from '@gradus/tensor'
import { hostArray } from '@gradus/tensor/internals'
import { Pipeline } from './pipeline.ts'
import { shuffledOrder } from './random-order.ts'
import type { Stage } from './stages.ts'

/** Options of `timeseriesDatasetFromArray`, with Keras's names. */
export interface TimeseriesOptions {
  /** The steps of a window. */
  readonly sequenceLength: number
  /** The steps from the start of a window to that of the next one (default 1). */
  readonly sequenceStride?: number
  /** The steps from one value of a window to the next one (default 1). */
  readonly samplingRate?: number
  /** Windows of a batch (default 128); `null`: single windows. */
  readonly batchSize?: number | null
  /** Whether the order is shuffled, another one in each pass (default false). */
  readonly shuffle?: boolean
  /** The seed of the order (default 0). */
  readonly seed?: number
  /** The first step that is used (default 0). */
  readonly startIndex?: number
  /** The step before which windows end (default: that after the last). */
  readonly endIndex?: number
}

const fields = {
  sequenceLength: { type: 'integer', min: 1 },
  sequenceStride: { type: 'integer', min: 1 },
  samplingRate: { type: 'integer', min: 1 },
  batchSize: { type: 'integer', min: 1 },
  shuffle: 'boolean',
  seed: { type: 'integer', min: 0, max: 0xffffffff },
  startIndex: { type: 'integer', min: 0 },
  endIndex: { type: 'integer', min: 1 },
} as const

/**
 * Makes batches of windows over a series `[steps, ...]`: `x` is `[batch, sequenceLength, ...]`, and `y`, if there are targets, the
 * target of the first step of each window. For the value that follows a window, pass the series from `sequenceLength` on as targets.
 * Windows are cut when they are needed. The result is a pipeline of batches. Throws `ConfigError` for steps that the series does not
 * have. Keras: `utils.timeseries_dataset_from_array`.
 *
 * @example
 * import { timeseriesDatasetFromArray } from '@gradus/data'
 * const series = [0, 1, 2, 3, 4, 5]
 * const data = await timeseriesDatasetFromArray(series, series.slice(3), { sequenceLength: 3 })
 * const seen = []
 * for await (const { x, y } of data) seen.push(x.shape, y.data)
 * seen // => [[3, 3], [3, 4, 5]]
 */
export async function timeseriesDatasetFromArray(
  data: ArrayData,
  targets: ArrayData | null | undefined,
  options: TimeseriesOptions,
): Promise<Pipeline> {
  const owner = 'timeseriesDatasetFromArray'
  checkFields(owner, options, fields)
  const { sequenceLength, sequenceStride = 1, samplingRate = 1, batchSize = 128, shuffle = false, seed = 0 } = options
  if (sequenceLength === undefined) throw new ConfigError(`${owner}: 'sequenceLength' is missing.`)
  const series = (await toNamedArrays(data, 'data')) as HostArray
  const labels = targets === null || targets === undefined ? undefined : await toNamedArrays(targets, 'targets')
  const steps = series.shape[0] ?? 0
  const { startIndex = 0, endIndex = steps } = options
  const within = (name: string, value: number, least: number, most: number) => {
    if (value >= least && value <= most) return
    throw new ConfigError(
      `${owner}: '${name}' is ${value} and the series has ${steps} steps; expected ${least} to ${most}.`,
    )
  }
  within('startIndex', startIndex, 0, steps - 1)
  within('endIndex', endIndex, startIndex + 1, steps)
  within('samplingRate', samplingRate, 1, steps - 1)
  within('sequenceStride', sequenceStride, 1, steps - 1)
  let count = endIndex - startIndex - (sequenceLength - 1) * samplingRate
  if (labels) count = Math.min(count, ((labels as HostArray).shape[0] ?? 0) - startIndex)
  const starts = Int32Array.from(
    { length: Math.max(0, Math.ceil(count / sequenceStride)) },
    (_, i) => i * sequenceStride,
  )
  const first = shuffle ? numpyOrders(seed)(starts.length).map((i) => starts[i]!) : starts
  const offsets = Int32Array.from({ length: sequenceLength }, (_, i) => startIndex + i * samplingRate)
  const windows = (chosen: Int32Array): Batch => ({
    x: rowsAt(series, chosen, offsets, [chosen.length, sequenceLength]),
    ...(labels && { y: rowsAt(labels as HostArray, chosen, Int32Array.of(startIndex), [chosen.length]) }),
  })
  return new Pipeline(windowsStage(first, windows, batchSize, shuffle ? seed : undefined))
}

function windowsStage(
  starts: Int32Array,
  windows: (chosen: Int32Array) => Batch,
  batchSize: number | null,
  seed: number | undefined,
): Stage {
  const length = batchSize === null ? starts.length : Math.ceil(starts.length / batchSize)
  return {
    length,
    batched: batchSize !== null,
    async *iterate(pass, start) {
      const order = seed === undefined ? starts : shuffledOrder(starts.length, seed, pass).map((i) => starts[i]!)
      const size = batchSize ?? 1
      for (let at = start; at < length; at++) {
        const batch = windows(order.subarray(at * size, (at + 1) * size))
        yield batchSize === null ? withoutBatch(batch) : batch
      }
    },
  }
}

/** The rows at the sums of starts and offsets. */
function rowsAt({ data, shape, dtype }: HostArray, starts: Int32Array, offsets: Int32Array, lead: number[]): HostArray {
  const rest = shape.slice(1)
  const width = sizeOf(rest)
  const rows = hostArray(dtype, starts.length * offsets.length * width)
  let at = 0
  for (const start of starts) {
    for (const offset of offsets) {
      rows.set(data.subarray((start + offset) * width, (start + offset + 1) * width) as never, at)
      at += width
    }
  }
  return { data: rows, shape: [...lead, ...rest], dtype }
}

function withoutBatch(batch: Batch): Batch {
  const one = (values: HostArray) => ({ ...values, shape: values.shape.slice(1) })
  return { x: one(batch.x as HostArray), ...(batch.y && { y: one(batch.y as HostArray) }) }
}
