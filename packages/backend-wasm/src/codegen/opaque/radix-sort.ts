import type { DType } from '@gradus/tensor'
import {
  type F32,
  f32,
  type I32,
  i32,
  ifThen,
  sequence,
  Temporaries,
  type Void,
  whileLoop,
} from '../../assembler/index.ts'
import type { Scalar } from '../../elementwise/row.ts'
import { count, type RowSort, wordOf } from './row-sort.ts'

/** Keys are 4 digits from 0 to 255. */
const [digits, digitBits] = [4, 8]
const digitValues = 2 ** digitBits
const countBytes = 4 * digitValues

/**
 * A radix sort from the least significant digit, of keys with their positions, between two lists. All digits are counted
 * first, so that a digit that all keys share can be skipped.
 */
export const digitRow: RowSort = {
  scratchBytes: (length) => digits * countBytes + 16 * length,

  code({ locals, length, dtype, descending, scratch, keyAt, put }) {
    const [source, goal, counts] = [locals.add('i32'), locals.add('i32'), locals.add('i32')]
    const [next, shift, key] = [locals.add('i32'), locals.add('i32'), locals.add('i32')]
    const [index, sum] = [locals.add('i32'), locals.add('i32')]
    const firstList = i32.add(scratch, i32.const(digits * countBytes))
    const pairAt = (index: I32, list = source) => i32.add(list.get, i32.shl(index, i32.const(3)))
    const digitOf = (bits: I32) => i32.and(i32.shrU(key.get, bits), i32.const(digitValues - 1))
    const addOne = (address: I32): Void => {
      const temps = new Temporaries(locals)
      const at = temps.let(address)
      return temps.end(i32.store(at, i32.add(i32.load(at), i32.const(1))))
    }

    const read = sequence(
      key.set(orderedKey(new Temporaries(locals), dtype, descending, keyAt(next.get))),
      i32.store(pairAt(next.get), key.get),
      i32.store(pairAt(next.get), next.get, 4),
      ...Array.from({ length: digits }, (_, digit) =>
        addOne(i32.add(wordOf(scratch, digitOf(i32.const(digitBits * digit))), i32.const(countBytes * digit))),
      ),
    )
    // turns the counts of digits into the positions of their first keys
    const startsHere = sequence(
      key.set(i32.load(wordOf(counts.get, next.get))),
      i32.store(wordOf(counts.get, next.get), sum.get),
      sum.set(i32.add(sum.get, key.get)),
    )
    const distribute = sequence(
      key.set(i32.load(pairAt(next.get))),
      index.set(i32.load(wordOf(counts.get, digitOf(shift.get)))),
      i32.store(pairAt(index.get, goal), key.get),
      i32.store(pairAt(index.get, goal), i32.load(pairAt(next.get), 4), 4),
      addOne(wordOf(counts.get, digitOf(shift.get))),
    )
    const pass = sequence(
      sum.set(i32.const(0)),
      count(next, digitValues, startsHere),
      count(next, length, distribute),
      index.set(source.get),
      source.set(goal.get),
      goal.set(index.get),
    )
    const isShared = i32.eq(i32.load(wordOf(counts.get, digitOf(shift.get))), i32.const(length))
    const round = sequence(
      // the counts of a digit, whose offset is proportional to its shift
      counts.set(i32.add(scratch, i32.mul(shift.get, i32.const(countBytes / digitBits)))),
      key.set(i32.load(pairAt(i32.const(0)))),
      ifThen(i32.eqz(isShared), pass),
      shift.set(i32.add(shift.get, i32.const(digitBits))),
    )
    return sequence(
      count(next, digits * digitValues, i32.store(wordOf(scratch, next.get), i32.const(0))),
      source.set(firstList),
      goal.set(i32.add(firstList, i32.const(8 * length))),
      count(next, length, read),
      shift.set(i32.const(0)),
      whileLoop(i32.ltU(shift.get, i32.const(digits * digitBits)), round),
      count(next, length, put(next.get, i32.load(pairAt(next.get), 4))),
    )
  },
}

/** An unsigned integer with the order of the elements. */
function orderedKey(temps: Temporaries, dtype: DType, descending: boolean, element: Scalar): I32 {
  const topBit = i32.const(-(2 ** 31))
  const turned = (key: I32) => (descending ? i32.xor(key, i32.const(-1)) : key)
  switch (dtype) {
    case 'float32': {
      const value = temps.let(element as F32)
      // 0 and -0 are equal
      const bits = temps.let(i32.reinterpret(f32.add(value, f32.const(0))))
      const key = i32.xor(bits, i32.or(i32.shrS(bits, i32.const(31)), topBit))
      return temps.end(i32.select(f32.ne(value, value), i32.const(-1), turned(key)))
    }
    case 'int32':
      return turned(i32.xor(element as I32, topBit))
    default:
      return turned(element as I32)
  }
}
