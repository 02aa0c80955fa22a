import { type I32, i32, i32x4, type Temporaries, type V128, v128 } from '../assembler/index.ts'
import { asI32, type ElementwiseRow } from './row.ts'

/** The operations that the cipher needs, on one word or on four lanes. */
interface Words<T> {
  add(a: T, b: T): T
  xor(a: T, b: T): T
  rotate(x: T, by: number): T
  constant(value: number): T
  keep(temps: Temporaries, x: T): T
}

const scalars: Words<I32> = {
  add: (a, b) => i32.add(a, b),
  xor: (a, b) => i32.xor(a, b),
  rotate: (x, by) => i32.rotl(x, i32.const(by)),
  constant: (value) => i32.const(value),
  keep: (temps, x) => temps.let(x),
}

const lanes: Words<V128> = {
  add: (a, b) => i32x4.add(a, b),
  xor: (a, b) => v128.xor(a, b),
  rotate: (x, by) => v128.or(i32x4.shl(x, i32.const(by)), i32x4.shrU(x, i32.const(32 - by))),
  constant: (value) => i32x4.const(value, value, value, value),
  keep: (temps, x) => temps.let(x),
}

const rotations = [
  [13, 15, 26, 6],
  [17, 29, 16, 24],
]
const parity = 0x1bd11bda

/** Threefry-2x32 with 20 rounds (Salmon et al., 2011): `[key 0, key 1, counter 0, counter 1]` as two words. */
function threefry<T>(words: Words<T>, temps: Temporaries, inputs: readonly T[]): readonly [T, T] {
  const { add, xor, rotate, constant } = words
  const keep = (x: T) => words.keep(temps, x)
  const key = [keep(inputs[0]!), keep(inputs[1]!)]
  key.push(keep(xor(xor(key[0]!, key[1]!), constant(parity))))
  let high = keep(add(inputs[2]!, key[0]!))
  let low = keep(add(inputs[3]!, key[1]!))
  for (let group = 0; group < 5; group++) {
    for (const by of rotations[group % 2]!) {
      high = keep(add(high, low))
      // a vector rotation reads its operand twice
      low = keep(xor(rotate(low, by), high))
    }
    high = keep(add(high, key[(group + 1) % 3]!))
    low = keep(add(low, keep(add(key[(group + 2) % 3]!, constant(group + 1)))))
  }
  return [high, low]
}

/* @__NO_SIDE_EFFECTS__ */
function row(pick: <T>(words: Words<T>, both: readonly [T, T]) => T): ElementwiseRow {
  return {
    scalar: ({ temps }, inputs) => pick(scalars, threefry(scalars, temps, inputs.map(asI32))),
    vector: ({ temps }, inputs) => pick(lanes, threefry(lanes, temps, inputs)),
  }
}

/** Random bits, and the two words of a new key. */
export const threefryRows: Readonly<Record<string, ElementwiseRow>> = {
  threefryBits: row((words, [high, low]) => words.xor(high, low)),
  threefryHigh: row((_, [high]) => high),
  threefryLow: row((_, [, low]) => low),
}
