import { type Table, taking, testInstructions, zerosFrom } from '../testing/assembler/instructions.ts'
import { loads, stores } from '../testing/assembler/memory-trials.ts'
import { samples } from '../testing/assembler/samples.ts'
import { loadWabt } from '../testing/wabt.ts'
import * as atomics from './atomics.ts'

const shared = { shared: true }

/** Addresses must be multiples of the word's size; others trap. */
const aligned = <T>(at: number, size: number, act: () => T): T | 'trap' => (at % size === 0 ? act() : 'trap')

/** Address, expected value, new value: once with the stored value, once with another. */
const exchanges = [
  [zerosFrom, 0n, 5n],
  [zerosFrom, 0n, -(2n ** 63n)],
  [zerosFrom, 1n, 5n],
  [zerosFrom + 4, 0n, 5n],
  [0, 0n, 5n],
] as const

const atomic: Table<typeof atomics.atomic> = {
  load: (op) => loads(op, 'i32.atomic.load', (memory, at) => aligned(at, 4, () => memory.getInt32(at, true)), shared),
  store: (op) =>
    stores(
      'i32',
      op,
      'i32.atomic.store',
      (memory, at, value) => aligned(at, 4, () => memory.setInt32(at, value, true)),
      samples.i32,
      shared,
    ),
  add: (op) =>
    stores(
      'i32',
      op,
      'i32.atomic.rmw.add',
      (memory, at, value) =>
        aligned(at, 4, () => {
          const before = memory.getInt32(at, true)
          memory.setInt32(at, before + value, true)
          return before
        }),
      samples.i32,
      shared,
    ),
  load64: (op) =>
    loads(op, 'i64.atomic.load', (memory, at) => aligned(at, 8, () => memory.getBigInt64(at, true)), shared),
  store64: (op) =>
    stores(
      'i64',
      op,
      'i64.atomic.store',
      (memory, at, value) => aligned(at, 8, () => memory.setBigInt64(at, value, true)),
      samples.i64,
      shared,
    ),
  exchange64: (op) =>
    [0, 8, 304].map((offset) =>
      taking('i32', 'i64', 'i64')(
        (at, expected, value) => op(at, expected, value, offset),
        `i64.atomic.rmw.cmpxchg${offset > 0 ? ` offset=${offset}` : ''}`,
        (at, expected, value, memory) =>
          aligned(at + offset, 8, () => {
            const before = memory.getBigInt64(at + offset, true)
            if (before === expected) memory.setBigInt64(at + offset, value, true)
            return before
          }),
        { ...shared, cases: exchanges },
      ),
    ),
  notify: (op) => stores('i32', op, 'memory.atomic.notify', (_, at) => aligned(at, 4, () => 0), samples.i32, shared),
}

testInstructions(atomics, { atomic }, await loadWabt())
