import type { V128 } from '../assembler/index.ts'
import type { Arithmetic } from './arithmetic.ts'

/**
 * Arithmetic that loads each constant once, outside of all loops: `keep` stores a constant and returns code that reads it.
 * Engines rebuild a vector constant at each use, which may take longer than the arithmetic of a loop.
 */
export function withKeptConstants(arithmetic: Arithmetic, keep: (constant: V128) => V128): Arithmetic {
  const kept = (make: (value: number) => V128) => {
    const known = new Map<number | string, V128>()
    return (value: number): V128 => {
      const key = Object.is(value, -0) ? '-0' : value
      let constant = known.get(key)
      if (constant === undefined) known.set(key, (constant = keep(make(value))))
      return constant
    }
  }
  return {
    ...arithmetic,
    float: kept(arithmetic.float),
    integer: kept(arithmetic.integer),
    double: kept(arithmetic.double),
  }
}
