import type { Cell } from './cell.ts'

/** A text that a number gives back as it was: up to 15 digits, without leading zeros, signs of plus, exponents and zeros at the end. */
const canonical = /^(0|-?[1-9]\d{0,8}|-?\d{1,9}\.\d{0,5}[1-9])$/
/** A number with zeros at the end, such as 12.50: it is given back by its number of decimals. */
const padded = /^-?(?:0|[1-9]\d{0,8})\.\d{0,5}0$/

/**
 * The cells of a column in little memory: numbers, and texts that are numbers, as 8 bytes each; other texts as 4 bytes each and one
 * copy of each different text.
 */
export class ColumnStore {
  private numbers: Float64Array | undefined = new Float64Array(64)
  /** Of numbers with zeros at the end: how many decimals they have. */
  private decimals: Uint8Array | undefined
  private codes = new Int32Array(0)
  private readonly values: Cell[] = []
  private readonly codeOf = new Map<Cell, number>()
  /** Of a column of numbers: its other cells. */
  private readonly others = new Map<number, Cell>()
  length = 0

  push(cell: Cell): void {
    if (this.numbers) {
      if (this.length === this.numbers.length) this.numbers = grown(this.numbers)
      const isNumber = typeof cell === 'number' || (typeof cell === 'string' && this.isExact(cell))
      this.numbers[this.length] = isNumber ? Number(cell) : Number.NaN
      if (!isNumber) this.others.set(this.length, cell)
      this.length++
      if (this.others.size > 64 && this.others.size > this.length / 2) this.becomeCodes()
      return
    }
    if (this.length === this.codes.length) this.codes = grown(this.codes)
    this.codes[this.length++] = this.code(cell)
  }

  /** The cell at a position. Texts that are numbers are numbers. */
  at(position: number): Cell {
    if (!this.numbers) return this.values[this.codes[position]!]
    const value = this.numbers[position]!
    if (Number.isNaN(value)) return this.others.has(position) ? this.others.get(position) : value
    const decimals = this.decimals?.[position] ?? 0
    return decimals > 0 ? value.toFixed(decimals) : value
  }

  /** The cells from `start` to `end`. */
  slice(start: number, end: number): ArrayLike<Cell> {
    if (this.numbers && this.others.size === 0 && !this.decimals) return this.numbers.subarray(start, end)
    return Array.from({ length: end - start }, (_, index) => this.at(start + index))
  }

  /** Whether a text is a number that gives it back. Of one with zeros at the end the decimals are kept. */
  private isExact(text: string): boolean {
    if (padded.test(text) && !/^-0\.0*$/.test(text)) {
      this.decimals ??= new Uint8Array(0)
      if (this.decimals.length <= this.length) this.decimals = grown(this.decimals, this.length + 1)
      this.decimals[this.length] = text.length - text.indexOf('.') - 1
      return true
    }
    if (canonical.test(text)) return !/^-?0\d|^-0$/.test(text)
    return text.length < 25 && /^-?\d/.test(text) && String(Number(text)) === text
  }

  private becomeCodes(): void {
    const { numbers, length } = this
    this.codes = new Int32Array(numbers!.length)
    for (let position = 0; position < length; position++) this.codes[position] = this.code(this.at(position))
    this.numbers = undefined
    this.decimals = undefined
    this.others.clear()
  }

  private code(cell: Cell): number {
    let code = this.codeOf.get(cell)
    if (code === undefined) {
      code = this.values.length
      // a part of a long text would keep all of it in memory
      this.values.push(typeof cell === 'string' ? copyOf(cell) : cell)
      if (typeof cell !== 'object' || cell === null) this.codeOf.set(this.values[code], code)
    }
    return code
  }
}

function grown<A extends Float64Array | Int32Array | Uint8Array>(array: A, least = 64): A {
  const larger = new (array.constructor as new (length: number) => A)(Math.max(64, least, 2 * array.length))
  larger.set(array)
  return larger
}

function copyOf(text: string): string {
  return text.length < 13 ? text : JSON.parse(JSON.stringify(text))
}
