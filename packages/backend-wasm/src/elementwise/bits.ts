import { i32, i32x4, v128 } from '../assembler/index.ts'
import { asI32, type ElementwiseRow } from './row.ts'

const and: ElementwiseRow = {
  scalar: (_, [a, b]) => i32.and(asI32(a!), asI32(b!)),
  vector: (_, [a, b]) => v128.and(a!, b!),
}
const or: ElementwiseRow = {
  scalar: (_, [a, b]) => i32.or(asI32(a!), asI32(b!)),
  vector: (_, [a, b]) => v128.or(a!, b!),
}
const xor: ElementwiseRow = {
  scalar: (_, [a, b]) => i32.xor(asI32(a!), asI32(b!)),
  vector: (_, [a, b]) => v128.xor(a!, b!),
}

/** Logic and bit operations. Shifts by 32 or more give 0, or the sign of an int32 that is shifted right. */
export const bitRows: Readonly<Record<string, ElementwiseRow>> = {
  logicalAnd: and,
  logicalOr: or,
  logicalXor: xor,
  logicalNot: { scalar: (_, [x]) => i32.eqz(asI32(x!)), vector: (_, [x]) => v128.not(x!) },
  bitwiseAnd: and,
  bitwiseOr: or,
  bitwiseXor: xor,
  bitwiseNot: { scalar: (_, [x]) => i32.xor(asI32(x!), i32.const(-1)), vector: (_, [x]) => v128.not(x!) },
  shiftLeft: {
    scalar({ temps }, [x, count]) {
      const by = temps.let(asI32(count!))
      return i32.select(i32.ltU(by, i32.const(32)), i32.shl(asI32(x!), by), i32.const(0))
    },
    vector({ constantOf }, [x]) {
      const by = constantOf(1)
      return by !== undefined && by >= 0 && by < 32 ? i32x4.shl(x!, i32.const(by)) : undefined
    },
  },
  shiftRight: {
    scalar({ temps, to }, [x, count]) {
      const by = temps.let(asI32(count!))
      const fits = i32.ltU(by, i32.const(32))
      if (to === 'uint32') return i32.select(fits, i32.shrU(asI32(x!), by), i32.const(0))
      return i32.shrS(asI32(x!), i32.select(fits, by, i32.const(31)))
    },
    vector({ to, constantOf }, [x]) {
      const by = constantOf(1)
      if (by === undefined || by < 0 || by >= 32) return undefined
      return (to === 'uint32' ? i32x4.shrU : i32x4.shrS)(x!, i32.const(by))
    },
  },
}
