import { type I32, type I64, instruction, type Void } from './code.ts'
import { memarg } from './memory-access.ts'

/** Atomic operations on shared memory. */
export const atomic = {
  load: (address: I32, offset = 0): I32 => instruction('i32', [0xfe, 0x10, ...memarg(2, offset)], address),
  store: (address: I32, value: I32, offset = 0): Void =>
    instruction('void', [0xfe, 0x17, ...memarg(2, offset)], address, value),
  /** Adds and returns the old value. */
  add: (address: I32, value: I32, offset = 0): I32 =>
    instruction('i32', [0xfe, 0x1e, ...memarg(2, offset)], address, value),
  load64: (address: I32, offset = 0): I64 => instruction('i64', [0xfe, 0x11, ...memarg(3, offset)], address),
  store64: (address: I32, value: I64, offset = 0): Void =>
    instruction('void', [0xfe, 0x18, ...memarg(3, offset)], address, value),
  /** Stores `value` if the word equals `expected`. Returns the old value. */
  exchange64: (address: I32, expected: I64, value: I64, offset = 0): I64 =>
    instruction('i64', [0xfe, 0x49, ...memarg(3, offset)], address, expected, value),
  /** Wakes up to `count` threads that wait for the word, and returns their number. */
  notify: (address: I32, count: I32, offset = 0): I32 =>
    instruction('i32', [0xfe, 0x00, ...memarg(2, offset)], address, count),
}
