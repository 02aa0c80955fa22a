import { type I32, type I64, instruction, type Void } from './code.ts'
import { memarg } from './memory-access.ts'

/** Operations on shared memory that no other thread can see half done. */
export const atomic = {
  load: (address: I32, offset = 0): I32 => instruction('i32', [0xfe, 0x10, ...memarg(2, offset)], address),
  store: (address: I32, value: I32, offset = 0): Void =>
    instruction('void', [0xfe, 0x17, ...memarg(2, offset)], address, value),
  /** Adds and gives the value before. */
  add: (address: I32, value: I32, offset = 0): I32 =>
    instruction('i32', [0xfe, 0x1e, ...memarg(2, offset)], address, value),
  /** Sleeps while the word equals `expected`, at most `timeout` nanoseconds (-1: without end). */
  wait: (address: I32, expected: I32, timeout: I64, offset = 0): I32 =>
    instruction('i32', [0xfe, 0x01, ...memarg(2, offset)], address, expected, timeout),
  /** Wakes up to `count` threads and gives their number. */
  notify: (address: I32, count: I32, offset = 0): I32 =>
    instruction('i32', [0xfe, 0x00, ...memarg(2, offset)], address, count),
}
