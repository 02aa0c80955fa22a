/** Types of values on the WebAssembly stack. */
export type ValueType = 'i32' | 'i64' | 'f32' | 'f64' | 'v128'

/** Bytes that are known only when the module is assembled, such as the index of a function. */
export type Late = () => readonly number[]

/** Instructions in binary form, nested so that concatenation copies nothing. */
export type Bytes = readonly (number | Bytes | Uint8Array | Late)[]

/**
 * Code that leaves one value of type `T`, or none (`void`), on the stack. The type is part of the TypeScript type, so that
 * code for a module that would not validate does not compile.
 */
export interface Code<T extends ValueType | 'void'> {
  readonly type: T
  readonly bytes: Bytes
}

export type Void = Code<'void'>
export type I32 = Code<'i32'>
export type I64 = Code<'i64'>
export type F32 = Code<'f32'>
export type F64 = Code<'f64'>
export type V128 = Code<'v128'>

/** An instruction after its operands. `opcode` is one byte, or a prefixed opcode with its immediates. */
export function instruction<T extends ValueType | 'void'>(
  type: T,
  opcode: number | Bytes,
  ...operands: readonly Code<ValueType>[]
): Code<T> {
  const bytes: (number | Bytes)[] = []
  for (const operand of operands) bytes.push(operand.bytes)
  bytes.push(opcode)
  return { type, bytes }
}

/** Statements in order. */
export function sequence(...statements: readonly Void[]): Void {
  return { type: 'void', bytes: statements.map((statement) => statement.bytes) }
}

/** An unsigned integer in LEB128, in as few bytes as possible. */
export function unsigned(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  do {
    const low = rest % 128
    rest = Math.floor(rest / 128)
    bytes.push(rest > 0 ? low + 128 : low)
  } while (rest > 0)
  return bytes
}

/** A signed 32-bit integer in LEB128. */
export function signed(value: number): number[] {
  const bytes: number[] = []
  let rest = value | 0
  for (;;) {
    const low = rest & 127
    rest >>= 7
    const done = (rest === 0 && (low & 64) === 0) || (rest === -1 && (low & 64) !== 0)
    bytes.push(done ? low : low | 128)
    if (done) return bytes
  }
}

/** Concatenates bytes in memory that grows. */
export class ByteWriter {
  private memory = new Uint8Array(4096)
  private length = 0

  write(bytes: Bytes): void {
    for (const part of bytes) {
      if (typeof part === 'number') this.push(part)
      else if (typeof part === 'function') this.write(part())
      else if (part instanceof Uint8Array) this.append(part)
      else this.write(part)
    }
  }

  /** Joins nested bytes into few pieces, because those of a whole program would be very many small arrays. */
  joined(bytes: Bytes): Bytes {
    const pieces: (Uint8Array | Late)[] = []
    const join = (parts: Bytes): void => {
      for (const part of parts) {
        if (typeof part === 'number') this.push(part)
        else if (typeof part === 'function') pieces.push(this.take(), part)
        else if (part instanceof Uint8Array) this.append(part)
        else join(part)
      }
    }
    join(bytes)
    pieces.push(this.take())
    return pieces
  }

  append(bytes: Uint8Array): void {
    this.reserve(bytes.length)
    this.memory.set(bytes, this.length)
    this.length += bytes.length
  }

  /** A copy of the bytes since the last call. */
  take(): Uint8Array<ArrayBuffer> {
    const taken = this.memory.slice(0, this.length)
    this.length = 0
    return taken
  }

  private push(byte: number): void {
    if (this.length === this.memory.length) this.reserve(1)
    this.memory[this.length++] = byte
  }

  private reserve(count: number): void {
    if (this.length + count <= this.memory.length) return
    const grown = new Uint8Array(Math.max(2 * this.memory.length, this.length + count))
    grown.set(this.memory)
    this.memory = grown
  }
}
