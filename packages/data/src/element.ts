import {
  type ArrayData,
  type Batch,
  DataError,
  describeValue,
  type HostArray,
  type HostValues,
  type InputData,
  isHostValues,
  isStringArray,
  mapNamed,
  type Named,
  namedEntries,
  numbersOf,
  partOf,
  toNamedValues,
} from '@gradus/core'
import { formatShape, sameShape, Tensor } from '@gradus/tensor'
import { hostArray } from '@gradus/tensor/internals'

/** One sample or one batch in a form that users may give: numbers, strings and arrays of any kind. */
export interface ElementData {
  readonly x: Named<InputData | Scalar>
  readonly y?: Named<ArrayData | number | boolean>
  readonly sampleWeight?: Named<ArrayData | number | boolean>
}

/** A sample or a batch in a list, as Keras's generators give it. */
export type ElementTuple = readonly [
  x: ElementData['x'],
  y?: ElementData['y'] | null,
  sampleWeight?: ElementData['sampleWeight'] | null,
]

type Scalar = number | boolean | string

const parts = ['x', 'y', 'sampleWeight'] as const

/** Converts an element to host arrays. Throws `DataError` for a value that is not `{ x, y?, sampleWeight? }`. */
export async function toElement(given: ElementData | ElementTuple, where: string): Promise<Batch> {
  const data = named(given)
  if (typeof data !== 'object' || data === null || !('x' in data)) {
    throw new DataError(
      `${where} is ${describeValue(data)}; expected { x, y, sampleWeight } or [x, y, sampleWeight]; y and sampleWeight are optional.`,
    )
  }
  const element: { -readonly [K in keyof Batch]: Batch[K] } = { x: await part(data.x, `x of ${where}`) }
  if (data.y !== undefined) element.y = await numbers(data.y, `y of ${where}`)
  if (data.sampleWeight !== undefined)
    element.sampleWeight = await numbers(data.sampleWeight, `sampleWeight of ${where}`)
  return element
}

function named(given: ElementData | ElementTuple): ElementData {
  if (!Array.isArray(given) || given.length === 0 || given.length > parts.length) return given as ElementData
  return Object.fromEntries(
    parts.flatMap((part, index) => (given[index] == null ? [] : [[part, given[index]]])),
  ) as never
}

async function numbers(value: Named<InputData | Scalar>, name: string): Promise<Named<HostArray>> {
  return numbersOf(await part(value, name), name)
}

async function part(value: Named<InputData | Scalar>, name: string): Promise<Named<HostValues>> {
  if (isScalar(value)) return scalar(value)
  if (isDictionary(value)) {
    const entries = Object.entries(value as { [key: string]: InputData | Scalar }).map(
      async ([key, item]) => [key, await part(item, `${name}.${key}`)] as [string, HostValues],
    )
    return Object.fromEntries(await Promise.all(entries))
  }
  return toNamedValues(value as Named<InputData>, name)
}

function isDictionary(value: unknown): boolean {
  const plain = typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value)
  return plain && !isHostValues(value) && !(value instanceof Tensor)
}

function isScalar(value: unknown): value is Scalar {
  return typeof value === 'number' || typeof value === 'boolean' || typeof value === 'string'
}

function scalar(value: Scalar): HostValues {
  if (typeof value === 'string') return { data: [value], shape: [], dtype: 'string' }
  const data = typeof value === 'boolean' ? Uint8Array.of(Number(value)) : Float32Array.of(value)
  return { data, shape: [], dtype: typeof value === 'boolean' ? 'bool' : 'float32' }
}

/** Applies `map` to every array of an element. */
export function mapElement(element: Batch, map: <V extends HostValues>(values: V) => V): Batch {
  return Object.fromEntries(
    parts.flatMap((name) =>
      element[name] === undefined ? [] : [[name, mapNamed(element[name] as Named<HostValues>, map)]],
    ),
  ) as unknown as Batch
}

/** Returns one sample of arrays `[samples, ...]`, without a copy. */
export function sampleOf(arrays: Batch, index: number): Batch {
  return mapElement(arrays, (values) => {
    const { data, shape } = values
    const width = shape[0] === 0 ? 0 : data.length / shape[0]!
    return { ...values, data: partOf(values, index * width, (index + 1) * width), shape: shape.slice(1) }
  })
}

/** Stacks samples to a batch. Throws `DataError` if their structures, shapes or dtypes differ. */
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
    if (first[name] !== undefined) batch[name] = stackNamed(column as Named<HostValues>[], name, start)
  }
  return batch as unknown as Batch
}

function stackNamed(column: readonly Named<HostValues>[], name: string, start: number): Named<HostValues> {
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

function stackArrays(arrays: readonly HostValues[], name: string, start: number): HostValues {
  const first = arrays[0]!
  const { shape, dtype } = first
  arrays.forEach((array, index) => {
    if (!sameShape(array.shape, shape) || array.dtype !== dtype) {
      throw new DataError(
        `${name} of sample ${start + index} is ${array.dtype}${formatShape(array.shape)} and of sample ${start} ${dtype}${formatShape(shape)}. ` +
          'Samples of a batch must have equal shapes: pad them (padSequences) or batch equal ones together.',
      )
    }
  })
  return { ...first, data: joined(arrays), shape: [arrays.length, ...shape] } as HostValues
}

function joined(arrays: readonly HostValues[]): HostValues['data'] {
  const [first] = arrays
  if (isStringArray(first)) return arrays.flatMap(({ data }) => data as readonly string[])
  const { dtype, data } = first as HostArray
  const all = hostArray(dtype, data.length * arrays.length)
  arrays.forEach((array, index) => {
    all.set((array as HostArray).data, index * data.length)
  })
  return all
}
