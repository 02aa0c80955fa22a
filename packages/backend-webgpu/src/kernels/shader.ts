import type { Expression, Expressions, Store } from '@gradus/graph/kernels'
import { bytesPerElement, type DType } from '@gradus/tensor'
import type { Block, KernelScope } from '../wgsl/block.ts'
import { type Code, typeOf } from '../wgsl/types.ts'
import type { ShaderCode, Slot } from './kernel-code.ts'

export interface ShaderOptions {
  readonly make: Expressions
  readonly workgroupSize: number
  readonly groups: number
  /** How many places its threads have together; `COUNT` in the code. */
  readonly count?: number
  /** Whether it writes parts of words, such as truth values. */
  readonly writesParts: boolean
  /** How many words of the workspace a row-local buffer takes, all rows together, and how many each row has. */
  readonly rowBuffers?: { readonly words: number; readonly length: number }
}

/** Builds one shader: gives names, addresses values through the table, and puts the text together. */
export class Shader implements KernelScope {
  readonly make: Expressions
  private readonly slots: Slot[] = []
  private readonly written = new Set<Slot>()
  private readonly declarations: string[] = []
  private workgroupBytes = 0
  private names = 0

  constructor(private readonly options: ShaderOptions) {
    this.make = options.make
  }

  name(): string {
    return `v${this.names++}`
  }

  /** Adds a function; its name has to end with `PART`. */
  declare(text: string): void {
    this.declarations.push(text)
  }

  /** Adds an array that the threads of a workgroup share, and gives its name. */
  shared(type: string, bytes: number, count: number): string {
    const name = `shared${this.declarations.length}PART`
    this.declarations.push(`var<workgroup> ${name}: array<${type}, ${count}>;`)
    this.workgroupBytes += bytes * count
    return name
  }

  load({ value, dtype }: Extract<Expression, { kind: 'load' }>, index: Code): Code {
    return this.element(dtype, value, `u32(${index})`)
  }

  /** Row-local buffers lie in the workspace, that of the row at `place`. */
  scratch({ slot, dtype }: Extract<Expression, { kind: 'scratch' }>, index: Code): Code {
    return this.kept(dtype, this.rowPlace(slot, index))
  }

  save(slot: number, dtype: DType, index: Code, value: Code): string {
    return this.keep(dtype, this.rowPlace(slot, index), value)
  }

  /** Code that reads a word of the workspace at an unsigned place. */
  kept(dtype: DType, place: Code): Code {
    return fromWord(dtype, this.word(`${this.base('workspace')} + ${place}`))
  }

  /** A statement that writes it. */
  keep(dtype: DType, place: Code, value: Code): string {
    return this.setWord(`${this.writing('workspace')} + ${place}`, toWord(dtype, value))
  }

  /** Adds statements that compute and store. */
  store(block: Block, stores: readonly Store[]): void {
    block.lines.push(...this.storing(block, stores))
  }

  /** Adds statements that compute what is to be stored, and gives those that store it: nothing is written before. */
  storing(block: Block, stores: readonly Store[]): string[] {
    const made = stores.map(({ value, index, expression, add }) => ({
      value,
      dtype: expression.dtype,
      at: `u32(${block.index(index)})`,
      code: block.value(expression),
      only: add && block.value(add.only),
    }))
    return made.flatMap(({ value, dtype, at, code, only }) => {
      if (only === undefined) return this.put(value, dtype, at, code)
      const sum = `${this.element(dtype, value, at)} + ${code}`
      return [`if (${only}) {`, ...this.put(value, dtype, at, sum), '}']
    })
  }

  /** Statements that write an element of a value at an unsigned place. */
  put(value: number, dtype: DType, at: Code, code: Code): string[] {
    const place = `${this.writing(value)} + ${at}`
    if (bytesPerElement(dtype) === 4) return [this.setWord(place, toWord(dtype, code))]
    return this.putByte(place, `select(0u, 1u, ${code})`)
  }

  /** Code that reads the element of a value at an unsigned place. */
  element(dtype: DType, value: number, at: Code): Code {
    const place = `${this.base(value)} + ${at}`
    return bytesPerElement(dtype) === 4 ? fromWord(dtype, this.word(place)) : `(${this.byte(place)} != 0u)`
  }

  /** Statements that copy one byte, whatever it is. */
  copyByte(from: number, to: number, at: Code): string[] {
    const byte = this.byte(`${this.base(from)} + ${at}`)
    return this.putByte(`${this.writing(to)} + ${at}`, byte)
  }

  /** The finished code; `body` are its statements. */
  build(body: readonly string[]): ShaderCode {
    const { slots, written, workgroupBytes } = this
    const { workgroupSize, groups, count = 0, writesParts } = this.options
    const declarations = this.declarations.join('\n')
    return {
      body: body.join('\n'),
      declarations,
      slots,
      written,
      workgroupBytes,
      workgroupSize,
      groups,
      count,
      writesParts,
    }
  }

  private byte(place: Code): Code {
    return `((${this.word(`(${place}) >> 2u`)} >> (((${place}) & 3u) * 8u)) & 255u)`
  }

  /** One byte of a word, whose others may be written at the same time. */
  private putByte(place: Code, byte: Code): string[] {
    const at = this.name()
    return [
      `let ${at} = ${place};`,
      `atomicAnd(&heap[${at} >> 2u], ~(255u << ((${at} & 3u) * 8u)));`,
      `atomicOr(&heap[${at} >> 2u], ${byte} << ((${at} & 3u) * 8u));`,
    ]
  }

  private word(place: Code): Code {
    return this.options.writesParts ? `atomicLoad(&heap[${place}])` : `heap[${place}]`
  }

  private setWord(place: Code, word: Code): string {
    return this.options.writesParts ? `atomicStore(&heap[${place}], ${word});` : `heap[${place}] = ${word};`
  }

  private rowPlace(slot: number, index: Code): Code {
    const { words, length } = this.options.rowBuffers!
    return `${slot * words}u + place * ${length}u + u32(${index})`
  }

  /** Where a value begins, counted in its elements. */
  private base(slot: Slot): Code {
    let number = this.slots.indexOf(slot)
    if (number < 0) number = this.slots.push(slot) - 1
    return `<${number}>`
  }

  private writing(slot: Slot): Code {
    this.written.add(slot)
    return this.base(slot)
  }
}

/** What a 32-bit word of memory means. */
function fromWord(dtype: DType, word: Code): Code {
  if (dtype === 'uint32') return word
  return dtype === 'bool' ? `(${word} != 0u)` : `bitcast<${typeOf(dtype)}>(${word})`
}

function toWord(dtype: DType, value: Code): Code {
  if (dtype === 'uint32') return value
  return dtype === 'bool' ? `select(0u, 1u, ${value})` : `bitcast<u32>(${value})`
}
