import { type Code, type I32, instruction, type ValueType, type Void } from './code.ts'

const typeBytes: Record<ValueType | 'void', number> = {
  i32: 0x7f,
  i64: 0x7e,
  f32: 0x7d,
  f64: 0x7c,
  v128: 0x7b,
  void: 0x40,
}

/** The byte that encodes a type. */
export function typeByte(type: ValueType | 'void'): number {
  return typeBytes[type]
}

export function ifThen(condition: I32, then: Void): Void {
  return { type: 'void', bytes: [condition.bytes, 0x04, 0x40, then.bytes, 0x0b] }
}

export function ifElse<T extends ValueType | 'void'>(
  condition: I32,
  then: Code<T>,
  otherwise: Code<NoInfer<T>>,
): Code<T> {
  const { type } = then
  return { type, bytes: [condition.bytes, 0x04, typeByte(type), then.bytes, 0x05, otherwise.bytes, 0x0b] }
}

/** Runs `body` once, and again while `condition` holds after it. */
export function doWhile(body: Void, condition: I32): Void {
  return { type: 'void', bytes: [0x03, 0x40, body.bytes, condition.bytes, 0x0d, 0x00, 0x0b] }
}

/** Runs `body` while `condition` holds before it. */
export function whileLoop(condition: I32, body: Void): Void {
  return ifThen(condition, doWhile(body, condition))
}

/** Evaluates and drops the value. */
export function drop(value: Code<ValueType>): Void {
  return instruction('void', 0x1a, value)
}

/** Copies bytes; source and target may overlap. */
export function copyMemory(to: I32, from: I32, bytes: I32): Void {
  return instruction('void', [0xfc, 0x0a, 0x00, 0x00], to, from, bytes)
}

/** Sets bytes to a value from 0 to 255. */
export function fillMemory(to: I32, value: I32, bytes: I32): Void {
  return instruction('void', [0xfc, 0x0b, 0x00], to, value, bytes)
}
