import type { Code, I32, ValueType } from '../../assembler/index.ts'
import { type Given, type Trial, taking } from './instructions.ts'
import { samples, type Values } from './samples.ts'

/** Addresses in memory, aligned and unaligned, and one far beyond its end. */
const addresses = [0, 3, 16, 1001, -4]

/** Small offsets, and one of two bytes in LEB128. */
const offsets = [0, 8, 300]

const textOf = (name: string, offset: number, rest: string) => `${name}${offset > 0 ? ` offset=${offset}` : ''}${rest}`

const inside = (at: number) => at >= 0

/** Trials for a load. `rest` is its text after the offset. */
export function loads<R extends ValueType>(
  make: (at: I32, offset: number) => Code<R>,
  name: string,
  read: (memory: DataView, at: number) => Given<R> | 'trap',
  { rest = '', shared = false } = {},
): Trial[] {
  return offsets.map((offset) =>
    taking('i32')(
      (at) => make(at, offset),
      textOf(name, offset, rest),
      (at, memory) => (inside(at) ? read(memory, at + offset) : 'trap'),
      { cases: addresses.map((at) => [at] as const), shared },
    ),
  )
}

/** Trials for an instruction with an address and a value, which writes, or reads and writes. */
export function stores<T extends ValueType, R extends ValueType | 'void' = 'void'>(
  type: T,
  make: (at: I32, value: Code<T>, offset: number) => Code<R>,
  name: string,
  write: (memory: DataView, at: number, value: Values[T]) => Given<R> | 'trap',
  values: readonly Values[T][] = samples[type],
  { rest = '', shared = false } = {},
): Trial[] {
  return offsets.map((offset) =>
    taking('i32', type)(
      (at, value) => make(at, value, offset),
      textOf(name, offset, rest),
      (at, value, memory) => (inside(at) ? write(memory, at + offset, value) : 'trap'),
      { cases: addresses.flatMap((at) => values.map((value) => [at, value] as const)), shared },
    ),
  )
}
