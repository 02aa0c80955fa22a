import type { HostArray } from '@gradus/core'
import type { EncodedRows } from 'gradus/tables'
import { RowFile } from './row-file.ts'
import type { NamedArrays, Samples } from './sample-arrays.ts'

/** An input or a target in a row of a file. */
interface Field {
  readonly part: 'x' | 'y'
  readonly name: string
  /** The position of its first value in the row. */
  readonly at: number
  readonly width: number
  /** The shape of one row. */
  readonly shape: readonly number[]
  readonly dtype: 'float32' | 'int32'
}

/** The bytes of rows that are read at once. */
const windowBytes = 2 ** 24

/** Encoded rows in a temporary file. */
export class StoredSamples {
  constructor(
    /** The name of the file in messages and in the log. */
    readonly name: string,
    private readonly file: RowFile,
    private readonly fields: readonly Field[],
    private readonly start: number,
    readonly count: number,
  ) {}

  /** The rows from `start` to `end` in memory. */
  range(start: number, end: number): Samples {
    const stop = Math.max(start, Math.min(end, this.count))
    return this.samplesOf(this.file.range(this.start + start, this.start + stop), stop - start)
  }

  /**
   * Batches of the rows from position `start` of an order on; without an order all rows as they are in the file. Several batches are
   * read at once, in the order of the file.
   */
  *batches(size: number, start = 0, order?: Int32Array): Generator<Samples> {
    const { width } = this.file
    const ahead = Math.max(1, Math.floor(windowBytes / (4 * width * size))) * size
    for (let first = start; first < this.count; first += ahead) {
      const last = Math.min(first + ahead, this.count)
      const values = order
        ? this.file.pick(order.subarray(first, last), this.start)
        : this.file.range(this.start + first, this.start + last)
      for (let at = 0; at < last - first; at += size) {
        const end = Math.min(at + size, last - first)
        yield this.samplesOf(values.subarray(at * width, end * width), end - at)
      }
    }
  }

  /** A part of the rows, which stay in the same file. */
  slice(start: number, end: number): StoredSamples {
    return new StoredSamples(this.name, this.file, this.fields, this.start + start, end - start)
  }

  private samplesOf(values: Int32Array, count: number): Samples {
    const stride = this.file.width
    const floats = new Float32Array(values.buffer, values.byteOffset, values.length)
    const arrays = (wanted: 'x' | 'y') =>
      Object.fromEntries(
        this.fields.flatMap(({ part, name, at, width, shape, dtype }) => {
          if (part !== wanted) return []
          const from = dtype === 'int32' ? values : floats
          const data = dtype === 'int32' ? new Int32Array(count * width) : new Float32Array(count * width)
          for (let row = 0, to = 0; row < count; row++) {
            const first = row * stride + at
            for (let index = first; index < first + width; index++) data[to++] = from[index]!
          }
          return [[name, { data, shape: [count, ...shape], dtype } as HostArray]]
        }),
      )
    return { name: this.name, count, x: arrays('x'), y: arrays('y') }
  }
}

/** Collects encoded rows in a temporary file. */
export class StoringCollector {
  private file: RowFile | undefined
  private fields: readonly Field[] = []

  constructor(private readonly name: string) {}

  add({ rows, x, y }: EncodedRows, uses: (index: number) => boolean): void {
    const file = this.fileFor(x, y)
    const sources = this.fields.map(({ part, name, at, width }) => {
      const { data } = (part === 'x' ? x : y)[name]!
      const bits = new Int32Array(data.buffer as ArrayBuffer, data.byteOffset, data.length)
      return { bits, at, width }
    })
    for (let row = 0; row < rows.length; row++) {
      if (!uses(row)) continue
      file.add((values, first) => {
        for (const { bits, at, width } of sources) {
          const from = row * width
          for (let index = 0; index < width; index++) values[first + at + index] = bits[from + index]!
        }
      })
    }
  }

  finish(): StoredSamples {
    const file = this.file ?? new RowFile(1)
    return new StoredSamples(this.name, file, this.fields, 0, file.rowCount)
  }

  private fileFor(x: NamedArrays, y: NamedArrays): RowFile {
    if (this.file) return this.file
    let at = 0
    const fieldsOf = (part: 'x' | 'y', arrays: NamedArrays) =>
      Object.entries(arrays).map(([name, { shape, dtype }]): Field => {
        const width = shape.slice(1).reduce((product, size) => product * size, 1)
        const field = { part, name, at, width, shape: shape.slice(1), dtype: dtype as Field['dtype'] }
        at += width
        return field
      })
    this.fields = [...fieldsOf('x', x), ...fieldsOf('y', y)]
    return (this.file = new RowFile(at))
  }
}
