import type { DType } from '@gradus/tensor'
import {
  doWhile,
  type I32,
  i32,
  ifElse,
  increase,
  type Local,
  sequence,
  Temporaries,
  type Void,
  whileLoop,
} from '../../assembler/index.ts'
import { compareScalars } from '../../elementwise/comparison.ts'
import { isFloatDType, type Scalar } from '../../elementwise/row.ts'
import { count, type RowSort, wordOf } from './row-sort.ts'

/** A bottom-up merge sort of positions, between two lists. */
export const mergeRow: RowSort = {
  scratchBytes: (length) => 8 * length,

  code({ locals, length, dtype, descending, scratch, keyAt, put }) {
    const [source, goal, swap] = [locals.add('i32'), locals.add('i32'), locals.add('i32')]
    const [width, low, middle, high] = [locals.add('i32'), locals.add('i32'), locals.add('i32'), locals.add('i32')]
    const [left, right, next] = [locals.add('i32'), locals.add('i32'), locals.add('i32')]
    const positionAt = (index: I32) => i32.load(wordOf(source.get, index))
    const keyOf = (index: Local<'i32'>) => keyAt(positionAt(index.get))
    const takesRight = ifElse(
      i32.geU(left.get, middle.get),
      i32.const(1),
      ifElse(
        i32.geU(right.get, high.get),
        i32.const(0),
        comesBefore(new Temporaries(locals), dtype, descending, keyOf(right), keyOf(left)),
      ),
    )
    const take = (from: Local<'i32'>): Void =>
      sequence(i32.store(wordOf(goal.get, next.get), positionAt(from.get)), increase(from, i32.const(1)))
    const mergeStep = sequence(ifElse(takesRight, take(right), take(left)), increase(next, i32.const(1)))
    const smaller = (a: I32) => i32.select(i32.ltU(a, i32.const(length)), a, i32.const(length))
    const merge = sequence(
      middle.set(smaller(i32.add(low.get, width.get))),
      high.set(smaller(i32.add(low.get, i32.shl(width.get, i32.const(1))))),
      left.set(low.get),
      right.set(middle.get),
      next.set(low.get),
      doWhile(mergeStep, i32.ltU(next.get, high.get)),
      low.set(high.get),
    )
    const round = sequence(
      low.set(i32.const(0)),
      doWhile(merge, i32.ltU(low.get, i32.const(length))),
      swap.set(source.get),
      source.set(goal.get),
      goal.set(swap.get),
      width.set(i32.shl(width.get, i32.const(1))),
    )
    return sequence(
      source.set(scratch),
      goal.set(i32.add(scratch, i32.const(4 * length))),
      count(next, length, i32.store(wordOf(source.get, next.get), next.get)),
      width.set(i32.const(1)),
      whileLoop(i32.ltU(width.get, i32.const(length)), round),
      count(next, length, put(next.get, positionAt(next.get))),
    )
  },
}

/** Whether `a` must come before `b`. Equal elements keep their order, and NaN comes last. */
function comesBefore(temps: Temporaries, dtype: DType, descending: boolean, a: Scalar, b: Scalar): I32 {
  const [x, y] = [temps.let(a), temps.let(b)]
  const before = compareScalars(descending ? 'gt' : 'lt', dtype, x, y)
  if (!isFloatDType(dtype)) return temps.end(before)
  const lastNan = i32.and(compareScalars('eq', dtype, x, x), compareScalars('ne', dtype, y, y))
  return temps.end(i32.or(before, lastNan))
}
