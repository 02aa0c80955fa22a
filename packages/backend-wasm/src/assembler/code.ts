/** Types of values on the WebAssembly stack. */
export type ValueType = 'i32' | 'i64' | 'f32' | 'f64' | 'v128'

/** Bytes that are known only when the module is put together, such as the number of a function. */
export type Late = () => readonly number[]

/** Instructions in binary form, nested so that they are joined without copying. */
export type Bytes = readonly (number | Bytes | Late)[]

/**
 * A piece of code that leaves one value of type `T`, or nothing (`void`), on the stack. Because the type is part of the
 * TypeScript type, a module that would not validate does not compile either.
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

/** An instruction after its operands. `opcode` is one byte, or the bytes of a prefixed opcode with its immediates. */
export function instruction<T extends ValueType | 'void'>(
  type: T,
  opcode: number | Bytes,
  ...operands: readonly Code<ValueType>[]
): Code<T> {
  return { type, bytes: [...operands.map((operand) => operand.bytes), opcode] }
}

/** One statement after the other. */
export function sequence(...statements: readonly Void[]): Void {
  return { type: 'void', bytes: statements.map((statement) => statement.bytes) }
}

export const nothing: Void = { type: 'void', bytes: [] }

/** An unsigned integer in LEB128, as many bytes as it needs. */
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

/** The length of `bytes` when they are laid end to end. */
export function lengthOf(bytes: Bytes): number {
  let length = 0
  for (const part of bytes)
    length += typeof part === 'number' ? 1 : lengthOf(typeof part === 'function' ? part() : part)
  return length
}

/** Lays `bytes` end to end. */
export function flatten(bytes: Bytes): Uint8Array<ArrayBuffer> {
  const flat = new Uint8Array(lengthOf(bytes))
  let next = 0
  const write = (parts: Bytes): void => {
    for (const part of parts) {
      if (typeof part === 'number') flat[next++] = part
      else write(typeof part === 'function' ? part() : part)
    }
  }
  write(bytes)
  return flat
}
