import { f32, f32x4, type I32, i32, i32x4, type Temporaries, type V128, v128 } from '../assembler/index.ts'
import { asF32, type ElementwiseRow } from './row.ts'

/** Operations that convert between float32 and halves, on the bits of one number or of four lanes. */
interface Words<T> {
  constant(value: number): T
  and(a: T, mask: number): T
  or(a: T, b: T): T
  add(a: T, b: T): T
  shiftLeft(a: T, count: number): T
  shiftRight(a: T, count: number): T
  /** `then` where `a`, which is not negative, exceeds the bound. */
  where(a: T, bound: number, then: T, otherwise: T): T
  /** The sum and the product of a float32 number and a constant. */
  plus(a: T, number: number): T
  times(a: T, number: number): T
  keep(temps: Temporaries, a: T): T
}

const scalars: Words<I32> = {
  constant: (value) => i32.const(value),
  and: (a, mask) => i32.and(a, i32.const(mask)),
  or: (a, b) => i32.or(a, b),
  add: (a, b) => i32.add(a, b),
  shiftLeft: (a, count) => i32.shl(a, i32.const(count)),
  shiftRight: (a, count) => i32.shrU(a, i32.const(count)),
  where: (a, bound, then, otherwise) => i32.select(i32.gtS(a, i32.const(bound)), then, otherwise),
  plus: (a, number) => i32.reinterpret(f32.add(f32.reinterpret(a), f32.const(number))),
  times: (a, number) => i32.reinterpret(f32.mul(f32.reinterpret(a), f32.const(number))),
  keep: (temps, a) => temps.let(a),
}

const splat = (value: number): V128 => i32x4.const(value, value, value, value)

const lanes: Words<V128> = {
  constant: splat,
  and: (a, mask) => v128.and(a, splat(mask)),
  or: (a, b) => v128.or(a, b),
  add: (a, b) => i32x4.add(a, b),
  shiftLeft: (a, count) => i32x4.shl(a, i32.const(count)),
  shiftRight: (a, count) => i32x4.shrU(a, i32.const(count)),
  where: (a, bound, then, otherwise) => v128.bitselect(then, otherwise, i32x4.gtS(a, splat(bound))),
  plus: (a, number) => f32x4.add(a, f32x4.const(number)),
  times: (a, number) => f32x4.mul(a, f32x4.const(number)),
  keep: (temps, a) => temps.let(a),
}

const infinity = 0x7f800000

/** The bits of the nearest half; see `halfBits` of the tensor package. */
function toHalf<T>(words: Words<T>, temps: Temporaries, number: T): T {
  const { constant, and, or, add, shiftRight, where, plus } = words
  const bits = words.keep(temps, number)
  const size = words.keep(temps, and(bits, 0x7fffffff))
  const odd = and(shiftRight(size, 13), 1)
  const normal = shiftRight(add(add(size, constant(0xfff - 0x38000000)), odd), 13)
  const small = add(plus(size, 0.5), constant(-0x3f000000))
  const large = where(size, infinity, constant(0x7e00), constant(0x7c00))
  const half = where(size, 0x477fefff, large, where(size, 0x387fffff, normal, small))
  return or(half, and(shiftRight(bits, 16), 0x8000))
}

function fromHalf<T>(words: Words<T>, temps: Temporaries, half: T): T {
  const { constant, and, or, shiftLeft, where, times } = words
  const bits = words.keep(temps, half)
  const size = words.keep(temps, shiftLeft(and(bits, 0x7fff), 13))
  const beyond = where(size, 0x0f7fffff, constant(infinity), constant(0))
  return or(or(times(size, 2 ** 112), beyond), shiftLeft(and(bits, 0x8000), 16))
}

/** Converts float32 numbers to the bits of the nearest halves, and back. */
export const halves = {
  scalar: {
    pack: (temps: Temporaries, x: ReturnType<typeof asF32>): I32 => toHalf(scalars, temps, i32.reinterpret(x)),
    unpack: (temps: Temporaries, half: I32) => f32.reinterpret(fromHalf(scalars, temps, half)),
  },
  vector: {
    pack: (temps: Temporaries, x: V128): V128 => toHalf(lanes, temps, x),
    unpack: (temps: Temporaries, half: V128): V128 => fromHalf(lanes, temps, half),
  },
}

/** Rounds to the nearest half. */
export const roundToHalf: ElementwiseRow = {
  scalar: ({ temps }, [x]) => halves.scalar.unpack(temps, halves.scalar.pack(temps, asF32(x!))),
  vector: ({ temps }, [x]) => halves.vector.unpack(temps, halves.vector.pack(temps, x!)),
}
