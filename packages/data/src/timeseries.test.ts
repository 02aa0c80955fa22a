import type { HostArray } from '@gradus/core'
import { expect, it } from 'vitest'
import { type TimeseriesOptions, timeseriesDatasetFromArray } from './timeseries.ts'

const steps = 20
const series = Array.from({ length: steps }, (_, i) => [i, 100 + i])
const targets = Array.from({ length: steps }, (_, i) => i * 10)

/** The windows by the definition: from each start, every `samplingRate` steps. */
function expected(options: TimeseriesOptions, hasTargets: boolean) {
  const { sequenceLength, sequenceStride = 1, samplingRate = 1, startIndex = 0, endIndex = steps } = options
  const windows: { x: number[]; y: number }[] = []
  for (let at = startIndex; at + (sequenceLength - 1) * samplingRate < endIndex; at += sequenceStride) {
    const x = Array.from({ length: sequenceLength }, (_, i) => series[at + i * samplingRate]!).flat()
    windows.push({ x, y: hasTargets ? targets[at]! : -1 })
  }
  return windows
}

async function seen(options: TimeseriesOptions, withTargets = true) {
  const data = await timeseriesDatasetFromArray(series, withTargets ? targets : null, options)
  const windows: { x: number[]; y: number }[] = []
  const shapes: (readonly number[])[] = []
  for await (const { x, y } of data) {
    const { data: values, shape } = x as HostArray
    shapes.push(shape)
    const width = options.sequenceLength * 2
    for (let i = 0; i * width < values.length; i++) {
      windows.push({ x: [...values.subarray(i * width, (i + 1) * width)], y: y ? (y as HostArray).data[i]! : -1 })
    }
  }
  return { windows, shapes, length: data.length }
}

it.each<TimeseriesOptions>([
  { sequenceLength: 5 },
  { sequenceLength: 1, batchSize: 3 },
  { sequenceLength: 3, sequenceStride: 4, batchSize: 2 },
  { sequenceLength: 4, samplingRate: 3, startIndex: 2 },
  { sequenceLength: 3, endIndex: 9, startIndex: 4, batchSize: 1 },
  { sequenceLength: 2, batchSize: null, sequenceStride: 3 },
  { sequenceLength: 30 },
])('windows with %o', async (options) => {
  for (const withTargets of [true, false]) {
    const { windows, shapes, length } = await seen(options, withTargets)
    expect(windows).toEqual(expected(options, withTargets))
    expect(shapes).toHaveLength(length!)
    if (options.batchSize === null) expect(shapes[0]).toEqual([2, 2])
    else if (windows.length > 0) expect(shapes[0]!.slice(1)).toEqual([options.sequenceLength, 2])
  }
})

it('shuffled windows are the same windows in orders by the seed', async () => {
  const options = { sequenceLength: 4, batchSize: 3, shuffle: true, seed: 5 }
  const { windows } = await seen(options)
  const byStart = (list: typeof windows) => [...list].sort((a, b) => a.x[0]! - b.x[0]!)
  expect(windows).not.toEqual(byStart(windows))
  expect(byStart(windows)).toEqual(expected(options, true))
  expect(await seen(options)).toMatchObject({ windows })
  const data = await timeseriesDatasetFromArray(series, null, options)
  const pass = async () => {
    const starts: number[] = []
    for await (const { x } of data) starts.push((x as HostArray).data[0]!)
    return starts
  }
  expect(await pass()).not.toEqual(await pass())
})

it('fewer targets end the windows', async () => {
  const data = await timeseriesDatasetFromArray(series, targets.slice(0, 8), { sequenceLength: 2, startIndex: 3 })
  for await (const { y } of data) expect([...(y as HostArray).data]).toEqual([30, 40, 50, 60, 70])
})

it.each<[Partial<TimeseriesOptions>, string]>([
  [{}, "'sequenceLength' is missing"],
  [{ sequenceLength: 0 }, "'sequenceLength' must be"],
  [{ sequenceLength: 2, startIndex: 20 }, "'startIndex' is 20 and the series has 20 steps; expected 0 to 19."],
  [{ sequenceLength: 2, startIndex: 5, endIndex: 5 }, "'endIndex' is 5 and the series has 20 steps; expected 6 to 20."],
  [{ sequenceLength: 2, samplingRate: 20 }, "'samplingRate' is 20"],
  [{ sequenceLength: 2, sequenceStride: 20 }, "'sequenceStride' is 20"],
])('names wrong options %o', async (options, message) => {
  await expect(timeseriesDatasetFromArray(series, targets, options as TimeseriesOptions)).rejects.toThrow(message)
})
