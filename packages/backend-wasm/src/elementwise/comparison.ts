import type { DType } from '@gradus/tensor'
import { f32x4, type I32, i32, i32x4, type V128, v128 } from '../assembler/index.ts'
import { asI32, type ElementwiseRow, floatOps, isFloatDType, type Scalar } from './row.ts'

type Relation = 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge'

/* @__NO_SIDE_EFFECTS__ */
function comparison(relation: Relation): ElementwiseRow {
  return {
    scalar: ({ from }, [a, b]) => compareScalars(relation, from, a!, b!),
    vector: ({ from }, [a, b]) => compareVectors(relation, from, a!, b!),
  }
}

/** Whether the relation holds, 0 or 1. */
export function compareScalars(relation: Relation, dtype: DType, a: Scalar, b: Scalar): I32 {
  if (isFloatDType(dtype)) return floatOps(dtype)[relation](a, b)
  if (relation === 'eq' || relation === 'ne') return i32[relation](asI32(a), asI32(b))
  return i32[`${relation}${dtype === 'int32' ? 'S' : 'U'}`](asI32(a), asI32(b))
}

/** Whether the relation holds, lane by lane. */
export function compareVectors(relation: Relation, dtype: DType, a: V128, b: V128): V128 {
  if (dtype === 'float32') return f32x4[relation](a, b)
  if (relation === 'eq' || relation === 'ne') return i32x4[relation](a, b)
  // true is a lane of ones, which is -1 and thus less than false
  if (dtype === 'bool') return i32x4[`${relation}S`](b, a)
  return i32x4[`${relation}${dtype === 'int32' ? 'S' : 'U'}`](a, b)
}

/** Comparisons and selections. */
export const comparisonRows: Readonly<Record<string, ElementwiseRow>> = {
  equal: comparison('eq'),
  notEqual: comparison('ne'),
  less: comparison('lt'),
  lessEqual: comparison('le'),
  greater: comparison('gt'),
  greaterEqual: comparison('ge'),
  isNan: {
    scalar({ temps, from }, [x]) {
      const value = temps.let(x!)
      return floatOps(from).ne(value, value)
    },
    vector({ temps }, [x]) {
      const value = temps.let(x!)
      return f32x4.ne(value, value)
    },
  },
  isFinite: {
    scalar: ({ from }, [x]) =>
      floatOps(from).lt(floatOps(from).abs(x!), floatOps(from).const(Number.POSITIVE_INFINITY)),
    vector: ({ float }, [x]) => f32x4.lt(f32x4.abs(x!), float(Number.POSITIVE_INFINITY)),
  },
  where: {
    scalar: ({ to }, [condition, a, b]) =>
      isFloatDType(to)
        ? floatOps(to).select(asI32(condition!), a!, b!)
        : i32.select(asI32(condition!), asI32(a!), asI32(b!)),
    vector: ({ constantOf }, [condition, a, b]) => {
      // zero bits where the condition is false
      if (Object.is(constantOf(2), 0)) return v128.and(a!, condition!)
      if (Object.is(constantOf(1), 0)) return v128.andNot(b!, condition!)
      return v128.bitselect(a!, b!, condition!)
    },
  },
}
