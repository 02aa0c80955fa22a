import type { HostArray } from '@gradus/core'
import type { Model } from 'gradus'
import type { EncodedRows, TableCoder, TableSource } from 'gradus/tables'
import type { NamedArrays, Samples } from './sample-arrays.ts'
import { StoredSamples, StoringCollector } from './stored-samples.ts'

export type { NamedArrays, Samples } from './sample-arrays.ts'

/** Rows in memory, or in a temporary file. */
export type TrainSamples = Samples | StoredSamples

/** How rows are encoded. */
export interface EncodeOptions {
  /** The folder from which the paths in a table start. */
  readonly folder: string
  /** Whether the encoded rows are kept in a temporary file, rather than in memory. */
  readonly stored: boolean
}

/** Encodes all rows of a source, a chunk at a time. */
export async function encodeSource(
  source: TableSource,
  coder: TableCoder,
  options: EncodeOptions,
): Promise<TrainSamples> {
  const [samples] = await encodeParts(source, coder, undefined, [source.name], options)
  return samples!
}

/** Encodes the rows of a source for each part of a split, a chunk at a time. */
export async function encodeParts(
  source: TableSource,
  coder: TableCoder,
  parts: Uint8Array | undefined,
  names: readonly string[],
  { folder, stored }: EncodeOptions,
): Promise<TrainSamples[]> {
  const collectors = names.map((name) => (stored ? new StoringCollector(name) : new Collector(name)))
  const { name, columns, decimal } = source
  let first = 0
  for await (const chunk of source.chunks()) {
    const encoded = await coder.encode(chunk, { name, columns, decimal, folder })
    collectors.forEach((collector, part) => {
      const isOfPart = (index: number) => (parts?.[first + encoded.rows[index]!] ?? 0) === part
      collector.add(encoded, isOfPart)
    })
    first += chunk.rowCount
  }
  return collectors.map((collector) => collector.finish())
}

/** Rows in memory: all of them, or the first `most`. */
export function inMemory(samples: TrainSamples, most = samples.count): Samples {
  return samples instanceof StoredSamples ? samples.range(0, most) : samples
}

/** The rows in parts that are in memory: one of rows in memory, and parts of `size` rows of those in a file. */
export function partsOf(samples: TrainSamples, size: number): Iterable<Samples> {
  return samples instanceof StoredSamples ? samples.batches(size) : [samples]
}

/** Joins the arrays of chunks. */
class Collector {
  private readonly x = new Map<string, Growing>()
  private readonly y = new Map<string, Growing>()
  private count = 0

  constructor(private readonly name: string) {}

  add({ rows, x, y }: EncodedRows, uses: (index: number) => boolean): void {
    const used = rows.flatMap((_, index) => (uses(index) ? [index] : []))
    this.count += used.length
    for (const [lists, arrays] of [[this.x, x] as const, [this.y, y] as const]) {
      for (const [name, array] of Object.entries(arrays)) {
        let list = lists.get(name)
        if (!list) lists.set(name, (list = new Growing(array)))
        list.add(array, used)
      }
    }
  }

  finish(): Samples {
    const arrays = (lists: Map<string, Growing>) =>
      Object.fromEntries([...lists].map(([name, list]) => [name, list.finish()]))
    return { name: this.name, count: this.count, x: arrays(this.x), y: arrays(this.y) }
  }
}

/** An array to which rows are added. */
class Growing {
  private data: Float32Array | Int32Array
  private length = 0
  private readonly width: number

  constructor(private readonly like: HostArray) {
    this.width = like.shape.slice(1).reduce((product, size) => product * size, 1)
    this.data = like.dtype === 'int32' ? new Int32Array(64) : new Float32Array(64)
  }

  add({ data }: HostArray, rows: readonly number[]): void {
    const end = this.length + rows.length * this.width
    if (end > this.data.length) {
      const larger = new (this.data.constructor as Float32ArrayConstructor)(Math.max(end, 2 * this.data.length))
      larger.set(this.data.subarray(0, this.length))
      this.data = larger
    }
    for (const row of rows) {
      this.data.set(data.subarray(row * this.width, (row + 1) * this.width) as Float32Array, this.length)
      this.length += this.width
    }
  }

  finish(): HostArray {
    const count = this.width === 0 ? 0 : this.length / this.width
    return {
      ...this.like,
      data: this.data.slice(0, this.length),
      shape: [count, ...this.like.shape.slice(1)],
    } as HostArray
  }
}

/** What `fit` takes for the inputs: the array of one, or all by name. */
export function inputsOf({ x }: Pick<Samples, 'x'>): HostArray | NamedArrays {
  const arrays = Object.values(x)
  return arrays.length === 1 ? arrays[0]! : x
}

/**
 * What `fit` takes for the targets: the array of one; of several those of the outputs by name, in order, or, where a single output
 * predicts all, one array `[count, targets]`.
 */
export function targetsOf(
  { y, count }: Pick<Samples, 'y' | 'count'>,
  model: Model,
): HostArray | NamedArrays | HostArray[] {
  const arrays = Object.values(y)
  if (arrays.length <= 1) return arrays[0]!
  const names = outputNames(model)
  if (names.length === arrays.length) return names.every((name) => Object.hasOwn(y, name)) ? y : arrays
  const data = new Float32Array(count * arrays.length)
  arrays.forEach((array, column) => {
    for (let row = 0; row < count; row++) data[row * arrays.length + column] = array.data[row]!
  })
  return { data, shape: [count, arrays.length], dtype: 'float32' }
}

/** The names of the outputs of a model; those of a stack that is not built yet are one. */
function outputNames(model: Model): readonly string[] {
  try {
    return model.outputNames
  } catch {
    return ['output']
  }
}
