import type { WholeKernel } from '@gradus/graph/kernels'
import { bytesPerElement, type DType, sizeOf } from '@gradus/tensor'
import {
  doWhile,
  type I32,
  i32,
  ifElse,
  increase,
  type Local,
  Steps,
  sequence,
  type Void,
  whileLoop,
} from '../../assembler/index.ts'
import { compareScalars } from '../../elementwise/comparison.ts'
import { isFloatDType, type Scalar } from '../../elementwise/row.ts'
import { scalarLanes } from '../lanes.ts'
import { type KernelCode, kernelSignature, type Tools } from '../tools.ts'

/** The positions that sort each row, by merging longer and longer sorted runs between two lists of positions. */
export function argsortFunction({ node, inputs, inputAvals, outputs }: WholeKernel, tools: Tools): KernelCode {
  const { axis, descending } = node.params as { axis: number; descending: boolean }
  const { shape } = node.aval
  const length = shape[axis]!
  const inner = sizeOf(shape.slice(axis + 1))
  const { dtype } = inputAvals[0]!
  const bytes = bytesPerElement(dtype)

  const callable = tools.module.function(kernelSignature, (locals, args, begin, end) => {
    const add = () => locals.add('i32')
    const [keys, target, source, goal, width, low, middle, high, left, right, next, swap] = Array.from(
      { length: 12 },
      add,
    ) as [
      Local<'i32'>,
      Local<'i32'>,
      Local<'i32'>,
      Local<'i32'>,
      Local<'i32'>,
      Local<'i32'>,
      Local<'i32'>,
      Local<'i32'>,
      Local<'i32'>,
      Local<'i32'>,
      Local<'i32'>,
      Local<'i32'>,
    ]
    const at = (list: Local<'i32'>, place: I32) => i32.add(list.get, i32.shl(place, i32.const(2)))
    const positionAt = (list: Local<'i32'>, place: I32) => i32.load(at(list, place))
    const keyAt = (place: I32): Scalar => {
      const position = i32.mul(positionAt(source, place), i32.const(inner * bytes))
      return scalarLanes.loadOne(dtype, { address: i32.add(keys.get, position), offset: 0 }) as Scalar
    }
    const takesRight = ifElse(
      i32.geU(left.get, middle.get),
      i32.const(1),
      ifElse(
        i32.geU(right.get, high.get),
        i32.const(0),
        comesBefore(new Steps(locals), dtype, descending, keyAt(right.get), keyAt(left.get)),
      ),
    )
    const put = (from: Local<'i32'>): Void =>
      sequence(i32.store(at(goal, next.get), positionAt(source, from.get)), increase(from, i32.const(1)))
    const mergeStep = sequence(ifElse(takesRight, put(right), put(left)), increase(next, i32.const(1)))
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
    const count = (body: Void) =>
      sequence(
        next.set(i32.const(0)),
        doWhile(sequence(body, increase(next, i32.const(1))), i32.ltU(next.get, i32.const(length))),
      )
    // rows are numbered by what comes before the axis and what comes after it
    const rowStart = i32.add(
      i32.mul(i32.divU(begin.get, i32.const(inner)), i32.const(length * inner)),
      i32.remU(begin.get, i32.const(inner)),
    )
    const row = new Steps(locals)
    const start = row.let(rowStart)
    row.do(keys.set(i32.add(i32.load(args.get, 0), i32.mul(start, i32.const(bytes)))))
    row.do(target.set(i32.add(i32.load(args.get, 4), i32.shl(start, i32.const(2)))))
    row.do(source.set(tools.scratch.get))
    row.do(goal.set(i32.add(tools.scratch.get, i32.const(4 * length))))
    row.do(count(i32.store(at(source, next.get), next.get)))
    row.do(width.set(i32.const(1)))
    row.do(whileLoop(i32.ltU(width.get, i32.const(length)), round))
    const place = i32.add(target.get, i32.mul(next.get, i32.const(4 * inner)))
    row.do(count(i32.store(place, positionAt(source, next.get))))
    row.do(increase(begin, i32.const(1)))
    return doWhile(row.end(sequence()), i32.ltU(begin.get, end.get))
  })
  return {
    callable,
    values: [inputs[0]!, outputs[0]!],
    units: sizeOf(shape) / length,
    scratchBytes: 8 * length,
    workspaceBytes: 0,
  }
}

/** Whether `a` must come before `b`: not when they are equal, so that equal elements keep their order; NaN comes last. */
function comesBefore(steps: Steps, dtype: DType, descending: boolean, a: Scalar, b: Scalar): I32 {
  const [x, y] = [steps.let(a), steps.let(b)]
  const before = compareScalars(descending ? 'gt' : 'lt', dtype, x, y)
  if (!isFloatDType(dtype)) return steps.end(before)
  const lastNan = i32.and(compareScalars('eq', dtype, x, x), compareScalars('ne', dtype, y, y))
  return steps.end(i32.or(before, lastNan))
}
