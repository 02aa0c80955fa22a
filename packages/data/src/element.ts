import {
  type ArrayData,
  type Batch,
  DataError,
  describeValue,
  type HostArray,
  isHostArray,
  mapNamed,
  type Named,
  namedEntries,
  toNamedArrays,
} from '@gradus/core'
import { formatShape, hostArray, sameShape, Tensor } from '@gradus/tensor'

/** One sample, or one batch, as users may give it: numbers and arrays of any form. */
export interface ElementData {
  readonly x: Named<ArrayData | number | boolean>
  readonly y?: Named<ArrayData | number | boolean>
  readonly sampleWeight?: Named<ArrayData | number | boolean>
}

const parts = ['x', 'y', 'sampleWeight'] as const

/** The element with host arrays. Throws `DataError` for what is not `{ x, y?, sampleWeight? }`. */
export async function toElement(data: ElementData, where: string): Promise<Batch> {
  if (typeof data !== 'object' || data === null || !('x' in data)) {
    throw new DataError(
      `${where} is ${describeValue(data)}; expected { x, y, sampleWeight }, of which y and sampleWeight may be missing.`,
    )
  }
  const element: { -readonly [K in keyof Batch]: Batch[K] } = { x: await part(data.x, `x of ${where}`) }
  if (data.y !== undefined) element.y = await part(data.y, `y of ${where}`)
  if (data.sampleWeight !== undefined) element.sampleWeight = await part(data.sampleWeight, `sampleWeight of ${where}`)
  return element
}

async function part(value: Named<ArrayData | number | boolean>, name: string): Promise<Named<HostArray>> {
  if (typeof value === 'number' || typeof value === 'boolean') return scalar(value)
  if (isDictionary(value)) {
    const entries = Object.entries(value as { [key: string]: ArrayData | number | boolean }).map(
      async ([key, entry]) => [key, await part(entry, `${name}.${key}`)] as [string, HostArray],
    )
    return Object.fromEntries(await Promise.all(entries))
  }
  return toNamedArrays(value as Named<ArrayData>, name)
}

function isDictionary(value: unknown): boolean {
  const plain = typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value)
  return plain && !isHostArray(value) && !(value instanceof Tensor)
}

function scalar(value: number | boolean): HostArray {
  const data = typeof value === 'boolean' ? Uint8Array.of(Number(value)) : Float32Array.of(value)
  return { data, shape: [], dtype: typeof value === 'boolean' ? 'bool' : 'float32' }
}

/** Applies `map` to every array of an element. */
export function mapElement(element: Batch, map: (array: HostArray) => HostArray): Batch {
  return Object.fromEntries(
    parts.flatMap((name) => (element[name] === undefined ? [] : [[name, mapNamed(element[name], map)]])),
  ) as unknown as Batch
}

/** One sample of arrays whose first dimension counts samples; it shares their memory. */
export function sampleOf(arrays: Batch, index: number): Batch {
  return mapElement(arrays, ({ data, shape, dtype }) => {
    const width = shape[0] === 0 ? 0 : data.length / shape[0]!
    return {
      data: data.subarray(index * width, (index + 1) * width) as HostArray['data'],
      shape: shape.slice(1),
      dtype,
    }
  })
}

/** Samples as one batch. Throws `DataError` where their forms, shapes or dtypes differ. */
export function stack(samples: readonly Batch[], start: number): Batch {
  const first = samples[0]!
  const batch: Record<string, unknown> = {}
  for (const name of parts) {
    const column = samples.map((sample) => sample[name])
    const missing = column.findIndex((value) => (value === undefined) !== (column[0] === undefined))
    if (missing >= 0)
      throw new DataError(
        `Sample ${start + missing} ${column[missing] === undefined ? 'lacks' : 'has'} ${name}, unlike sample ${start}.`,
      )
    if (first[name] !== undefined) batch[name] = stackNamed(column as Named<HostArray>[], name, start)
  }
  return batch as unknown as Batch
}

function stackNamed(column: readonly Named<HostArray>[], name: string, start: number): Named<HostArray> {
  const entries = column.map((value) => namedEntries(value, name))
  const joined = entries[0]!.map(([entryName], position) => {
    const arrays = entries.map((list, index) => {
      const found = list[position]
      if (!found || found[0] !== entryName || list.length !== entries[0]!.length) {
        throw new DataError(
          `Sample ${start + index} has ${list.map(([n]) => n).join(', ')} and sample ${start} has ${entries[0]!.map(([n]) => n).join(', ')}. All need the same.`,
        )
      }
      return found[1]
    })
    return stackArrays(arrays, entryName, start)
  })
  let next = 0
  return mapNamed(column[0]!, () => joined[next++]!)
}

function stackArrays(arrays: readonly HostArray[], name: string, start: number): HostArray {
  const { shape, dtype, data } = arrays[0]!
  const stacked = hostArray(dtype, data.length * arrays.length)
  arrays.forEach((array, index) => {
    if (!sameShape(array.shape, shape) || array.dtype !== dtype) {
      throw new DataError(
        `${name} of sample ${start + index} is ${array.dtype}${formatShape(array.shape)} and of sample ${start} ${dtype}${formatShape(shape)}. ` +
          'Samples of a batch must have equal shapes: pad them (padSequences) or batch equal ones together.',
      )
    }
    stacked.set(array.data, index * data.length)
  })
  return { data: stacked, shape: [arrays.length, ...shape], dtype }
}
