import type { Expression, Expressions, Load, Store } from '@gradus/schedule'
import type { DType } from '@gradus/tensor'
import { bytesPerElement } from '@gradus/tensor/internals'
import type { Block, KernelEnvironment } from '../wgsl/block.ts'
import { type Code, typeOf } from '../wgsl/types.ts'
import type { ShaderCode, Slot } from './kernel-code.ts'

export interface ShaderOptions {
  readonly make: Expressions
  readonly workgroupSize: number
  readonly groups: number
  /** The number of positions that its threads compute; `COUNT` in the code. */
  readonly count?: number
  /** Whether it writes parts of words, as for bools. */
  readonly writesPartialWords: boolean
  /** The number of workspace words per row buffer, for all rows together and for each. */
  readonly rowBuffers?: { readonly words: number; readonly length: number }
}

/** Builds a part of a shader: makes names, addresses values through the table, and assembles the text. */
export class Shader implements KernelEnvironment {
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

  /** Adds a function. Its name must end with `PART`. */
  declare(text: string): void {
    this.declarations.push(text)
  }

  /** Adds an array in workgroup memory and returns its name. */
  shared(type: string, bytes: number, count: number): string {
    const name = `shared${this.declarations.length}PART`
    this.declarations.push(`var<workgroup> ${name}: array<${type}, ${count}>;`)
    this.workgroupBytes += bytes * count
    return name
  }

  load({ value, stored }: Load, index: Code): Code {
    return this.element(stored, value, `u32(${index})`)
  }

  /** Row buffers lie in the workspace; this is the one of the row at `position`. */
  scratch({ slot, dtype }: Extract<Expression, { kind: 'rowBuffer' }>, index: Code): Code {
    return this.kept(dtype, this.rowPosition(slot, index))
  }

  save(slot: number, dtype: DType, index: Code, value: Code): string {
    return this.keep(dtype, this.rowPosition(slot, index), value)
  }

  /** A constant that may differ between shaders with equal code. */
  given(number: number): Code {
    return this.base({ given: number })
  }

  /** Reads a word of the workspace at an unsigned position. */
  kept(dtype: DType, position: Code): Code {
    return fromWord(dtype, this.word(`${this.base('workspace')} + ${position}`))
  }

  /** Writes a word of the workspace. */
  keep(dtype: DType, position: Code, value: Code): string {
    return this.setWord(`${this.writing('workspace')} + ${position}`, toWord(dtype, value))
  }

  /** Adds statements that compute and store. */
  store(block: Block, stores: readonly Store[]): void {
    block.lines.push(...this.storing(block, stores))
  }

  /** Adds statements that compute elements, and returns statements that store them, so that no store precedes a load. */
  storing(block: Block, stores: readonly Store[]): string[] {
    const made = stores.map(({ value, index, expression, stored, add }) => ({
      value,
      stored,
      at: `u32(${block.index(index)})`,
      code: block.value(expression),
      only: add && block.value(add.only),
    }))
    return made.flatMap(({ value, stored, at, code, only }) => {
      if (only === undefined) return this.put(value, stored, at, code)
      const sum = this.name()
      const add = `let ${sum} = ${this.element(stored, value, at)} + ${code};`
      return [`if (${only}) {`, add, ...this.put(value, stored, at, sum), '}']
    })
  }

  /** The same for a pack of elements, one block each, that fill whole words. */
  storingPack(blocks: readonly Block[], stores: readonly Store[]): string[] {
    const made = stores.map(({ value, index, expression, stored }) => {
      const positions = blocks.map((block) => `u32(${block.index(index)})`)
      return { value, stored, positions, codes: blocks.map((block) => block.value(expression)) }
    })
    return made.flatMap(({ value, stored, positions, codes }) => {
      const each = 4 / bytesPerElement(stored)
      const words = Array.from({ length: codes.length / each }, (_, word) =>
        codes.slice(word * each, (word + 1) * each),
      )
      return words.map((parts, word) => {
        const position = `${this.writing(value)} + ${positions[word * each]}`
        const packed = parts.map((code, part) => {
          const bits = toWord(stored, code)
          return part === 0 ? bits : `(${bits} << ${part * (32 / each)}u)`
        })
        return this.setWord(each === 1 ? position : `(${position}) / ${each}u`, packed.join(' | '))
      })
    })
  }

  /** Statements that write an element of a value at an unsigned position. */
  put(value: number, stored: DType, at: Code, code: Code): string[] {
    const position = `${this.writing(value)} + ${at}`
    const bytes = bytesPerElement(stored)
    return bytes === 4
      ? [this.setWord(position, toWord(stored, code))]
      : this.putPart(position, bytes, toWord(stored, code))
  }

  /** Reads an element of a value at an unsigned position. */
  element(stored: DType, value: number, at: Code): Code {
    const position = `${this.base(value)} + ${at}`
    const bytes = bytesPerElement(stored)
    return fromWord(stored, bytes === 4 ? this.word(position) : this.part(position, bytes))
  }

  /** Statements that copy one byte. */
  copyByte(from: number, to: number, at: Code): string[] {
    const byte = this.part(`${this.base(from)} + ${at}`, 1)
    return this.putPart(`${this.writing(to)} + ${at}`, 1, byte)
  }

  /** The finished code; `body` are its statements. */
  build(body: readonly string[]): ShaderCode {
    const { slots, written, workgroupBytes } = this
    const { workgroupSize, groups, count = 0, writesPartialWords } = this.options
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
      writesPartialWords,
    }
  }

  /** A part of a word, by its position in units of such parts. */
  private part(position: Code, bytes: number): Code {
    const { each, bits, mask } = partsOf(bytes)
    return `((${this.word(`(${position}) / ${each}u`)} >> ((${position}) % ${each}u * ${bits}u)) & ${mask}u)`
  }

  /** Writes a part of a word of which other threads may write other parts. */
  private putPart(position: Code, bytes: number, code: Code): string[] {
    const { each, bits, mask } = partsOf(bytes)
    const [at, by] = [this.name(), this.name()]
    return [
      `let ${at} = ${position};`,
      `let ${by} = ${at} % ${each}u * ${bits}u;`,
      `atomicAnd(&heap[${at} / ${each}u], ~(${mask}u << ${by}));`,
      `atomicOr(&heap[${at} / ${each}u], ${code} << ${by});`,
    ]
  }

  private word(position: Code): Code {
    return `wordAt(${position})`
  }

  private setWord(position: Code, word: Code): string {
    return `putWord(${position}, ${word});`
  }

  private rowPosition(slot: number, index: Code): Code {
    const { words, length } = this.options.rowBuffers!
    return `${slot * words}u + position * ${length}u + u32(${index})`
  }

  /** The position of a value's first element, counted in its elements. */
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

function partsOf(bytes: number) {
  return { each: 4 / bytes, bits: 8 * bytes, mask: 2 ** (8 * bytes) - 1 }
}

/** The element that a 32-bit word stands for. */
function fromWord(stored: DType, word: Code): Code {
  switch (stored) {
    case 'uint32':
      return word
    case 'bool':
      return `(${word} != 0u)`
    case 'float16':
      return `fromHalf(${word})`
    default:
      return `bitcast<${typeOf(stored)}>(${word})`
  }
}

function toWord(stored: DType, value: Code): Code {
  switch (stored) {
    case 'uint32':
      return value
    case 'bool':
      return `select(0u, 1u, ${value})`
    case 'float16':
      return `toHalf(${value})`
    default:
      return `bitcast<u32>(${value})`
  }
}
