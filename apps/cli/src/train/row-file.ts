import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { WriteError } from '../exit-codes.ts'

/** Rows that are joined to one access of the file: where the gap between them is smaller, and up to this size. */
const [maxGap, maxSpan] = [2 ** 14, 2 ** 20]

/** Closes the files of rows that nothing uses any more. */
const unused = new FinalizationRegistry<number>((descriptor) => closeSync(descriptor))

/**
 * Rows of a fixed number of 4-byte values in a temporary file. The file has no name, so the system removes it when the process ends,
 * even by a kill.
 */
export class RowFile {
  private readonly descriptor: number
  private readonly held: Int32Array
  private heldRows = 0
  private written = 0

  /** Throws `WriteError` where a file cannot be made. */
  constructor(readonly width: number) {
    this.held = new Int32Array(Math.max(1, Math.floor(2 ** 18 / Math.max(1, width))) * width)
    try {
      const folder = mkdtempSync(join(tmpdir(), 'gradus-rows-'))
      try {
        this.descriptor = openSync(join(folder, 'rows'), 'wx+', 0o600)
      } finally {
        rmSync(folder, { recursive: true, force: true })
      }
    } catch (cause) {
      throw failed(cause)
    }
    unused.register(this, this.descriptor)
  }

  get rowCount(): number {
    return this.written + this.heldRows
  }

  /** Adds a row. `fill` writes its values into the array from a position on. Throws `WriteError`, such as for a full disk. */
  add(fill: (values: Int32Array, at: number) => void): void {
    fill(this.held, this.heldRows * this.width)
    this.heldRows++
    if ((this.heldRows + 1) * this.width > this.held.length) this.flush()
  }

  /** Returns the values of consecutive rows. */
  range(start: number, end: number): Int32Array {
    this.flush()
    const values = new Int32Array((end - start) * this.width)
    this.read(new Uint8Array(values.buffer), start)
    return values
  }

  /** Returns the values of rows in any order, counted from row `offset`. The file is read from its start to its end. */
  pick(rows: Int32Array, offset = 0): Int32Array {
    this.flush()
    const { width } = this
    const bytes = width * 4
    const result = new Int32Array(rows.length * width)
    const places = Int32Array.from(rows, (_, index) => index).sort((a, b) => rows[a]! - rows[b]!)
    for (let at = 0; at < places.length; ) {
      const first = rows[places[at]!]!
      let [end, last] = [at + 1, first]
      for (; end < places.length; end++) {
        const row = rows[places[end]!]!
        if ((row - last) * bytes > maxGap || (row - first + 1) * bytes > maxSpan) break
        last = row
      }
      const span = new Int32Array((last - first + 1) * width)
      this.read(new Uint8Array(span.buffer), offset + first)
      for (; at < end; at++) {
        const from = (rows[places[at]!]! - first) * width
        result.set(span.subarray(from, from + width), places[at]! * width)
      }
    }
    return result
  }

  private read(bytes: Uint8Array, row: number): void {
    for (let at = 0; at < bytes.length; ) {
      const count = readSync(this.descriptor, bytes, at, bytes.length - at, row * this.width * 4 + at)
      if (count === 0) throw new Error('The temporary file of rows has become shorter.')
      at += count
    }
  }

  private flush(): void {
    const bytes = new Uint8Array(this.held.buffer, 0, this.heldRows * this.width * 4)
    try {
      for (let at = 0; at < bytes.length; )
        at += writeSync(this.descriptor, bytes, at, bytes.length - at, this.written * this.width * 4 + at)
    } catch (cause) {
      throw failed(cause)
    }
    this.written += this.heldRows
    this.heldRows = 0
  }
}

function failed(cause: unknown): WriteError {
  return new WriteError(
    `The rows cannot be written to a temporary file in ${tmpdir()}: ${(cause as Error).message}. Set TMPDIR to a folder with more space.`,
    { cause },
  )
}
