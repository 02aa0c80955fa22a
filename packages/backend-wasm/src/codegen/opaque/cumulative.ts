import { identityOf, type OpaqueKernel } from '@gradus/schedule'
import { type DType, isFloat, sizeOf } from '@gradus/tensor'
import { bytesPerElement } from '@gradus/tensor/internals'
import {
  doWhile,
  type F32,
  type F64,
  f32,
  f64,
  f64x2,
  type I32,
  i32,
  ifThen,
  increase,
  type Local,
  type Locals,
  sequence,
  type V128,
  type Void,
  v128,
} from '../../assembler/index.ts'
import { combined } from '../combining.ts'
import { highDoubles, joinedDoubles, lowDoubles } from '../doubles.ts'
import { fitsVector, type Lanes, scalarLanes, type Value, vectorLanes } from '../lanes.ts'
import { type KernelCode, kernelSignature, type Tools } from '../tools.ts'

/** The most lines that a unit of work computes together: their totals are kept in scratch memory. */
const linesTogether = 2048

/** A running total of one line, or of four adjacent ones. */
interface Running {
  /** Sets the totals at the beginning of the lines. */
  start(at: I32): Void
  /** Combines the totals with elements, and stores the totals after this or, if `exclusive`, before it. */
  step(at: I32, element: Value, store: (value: Value) => Void): Void
}

/**
 * Running sums and products. Totals of floats are doubles, which are rounded when they are stored. Lines along the axis that
 * lie side by side are computed together, slice by slice, with their totals in scratch memory.
 */
export function cumulativeFunction(
  { node, inputs, outputs }: OpaqueKernel,
  combine: 'sum' | 'prod',
  tools: Tools,
): KernelCode {
  const { axis, reverse, exclusive } = node.params as { axis: number; reverse: boolean; exclusive: boolean }
  const { shape, dtype } = node.aval
  const length = shape[axis]!
  const inner = sizeOf(shape.slice(axis + 1))
  const bytes = bytesPerElement(dtype)
  const slice = inner * bytes
  const block = length * slice
  const step = reverse ? -slice : slice
  const first = reverse ? block - slice : 0
  const lanes: Lanes = tools.features.simd && fitsVector(dtype) && inner >= 4 ? vectorLanes : scalarLanes
  const chunks = Math.ceil(inner / linesTogether)
  const lines = Math.min(inner, linesTogether)

  const callable = tools.module.function(kernelSignature, (locals, args, begin, end) => {
    const [from, to, left, number] = [locals.add('i32'), locals.add('i32'), locals.add('i32'), locals.add('i32')]
    const [chunk, at] = [locals.add('i32'), locals.add('i32')]
    const running = runningTotals(combine, dtype, lanes, locals, tools, exclusive, lines > 1)
    const each = (emit: (offset: I32, count: number) => Void) =>
      eachOf(locals, lanes, number.get, inner % lanes.width, lines === 1, emit)
    const start = each((offset) => running.start(i32.add(tools.scratch.get, i32.shl(offset, i32.const(3)))))
    const onward = each((offset, count) => {
      const place = i32.mul(offset, i32.const(bytes))
      const element = lanes.loadRun(dtype, { address: i32.add(from.get, place), offset: 0 })
      return running.step(i32.add(tools.scratch.get, i32.shl(offset, i32.const(3))), element, (value) =>
        store(lanes, locals, dtype, i32.add(to.get, place), value, count),
      )
    })
    const advance = sequence(increase(from, i32.const(step)), increase(to, i32.const(step)))
    const unit = sequence(
      chunk.set(chunks === 1 ? i32.const(0) : i32.mul(i32.remU(begin.get, i32.const(chunks)), i32.const(lines))),
      number.set(i32.sub(i32.const(inner), chunk.get)),
      ifThen(i32.gtU(number.get, i32.const(lines)), number.set(i32.const(lines))),
      at.set(i32.mul(chunks === 1 ? begin.get : i32.divU(begin.get, i32.const(chunks)), i32.const(block))),
      at.set(i32.add(i32.add(at.get, i32.const(first)), i32.mul(chunk.get, i32.const(bytes)))),
      from.set(i32.add(i32.load(args.get, 0), at.get)),
      to.set(i32.add(i32.load(args.get, 4), at.get)),
      start,
      left.set(i32.const(length)),
      doWhile(sequence(onward, advance, increase(left, i32.const(-1))), left.get),
      increase(begin, i32.const(1)),
    )
    return doWhile(unit, i32.ltU(begin.get, end.get))
  })
  return {
    callable,
    values: [inputs[0]!, outputs[0]!],
    units: sizeOf(shape.slice(0, axis)) * chunks,
    scratchBytes: lines > 1 ? 8 * Math.ceil(lines / 4) * 4 : 0,
    workspaceBytes: 0,
  }
}

/** The totals: in a variable if there is one line, else in scratch memory. */
function runningTotals(
  combine: 'sum' | 'prod',
  dtype: DType,
  lanes: Lanes,
  locals: Locals,
  tools: Tools,
  exclusive: boolean,
  inMemory: boolean,
): Running {
  const identity = identityOf(combine, dtype)
  const operation = combine === 'sum' ? 'add' : 'mul'
  if (isFloat(dtype) && lanes.width === 4) {
    const [element, low, high] = [locals.add('v128'), locals.add('v128'), locals.add('v128')]
    const both = (at: I32) => sequence(v128.store(at, low.get), v128.store(at, high.get, 16))
    const rounded = (): V128 => joinedDoubles(low.get, high.get)
    return {
      start: (at) => {
        const doubles = f64x2.splat(f64.const(identity))
        return sequence(low.set(doubles), high.set(low.get), both(at))
      },
      step: (at, value, store) =>
        sequence(
          element.set(value as V128),
          low.set(v128.load(at)),
          high.set(v128.load(at, 16)),
          ...(exclusive ? [store(rounded())] : []),
          low.set(f64x2[operation](low.get, lowDoubles(element.get))),
          high.set(f64x2[operation](high.get, highDoubles(element.get))),
          ...(exclusive ? [] : [store(rounded())]),
          both(at),
        ),
    }
  }
  if (isFloat(dtype)) {
    const total = locals.add('f64')
    const widened = (value: Value) => (dtype === 'float64' ? (value as F64) : f64.promote(value as F32))
    const narrowed = (): Value => (dtype === 'float64' ? total.get : f32.demote(total.get))
    return {
      start: (at) => sequence(total.set(f64.const(identity)), inMemory ? f64.store(at, total.get) : sequence()),
      step: (at, value, store) =>
        sequence(
          ...(inMemory ? [total.set(f64.load(at))] : []),
          ...(exclusive
            ? [
                keptDuring(locals, value, (element) =>
                  sequence(store(narrowed()), total.set(f64[operation](total.get, widened(element)))),
                ),
              ]
            : [total.set(f64[operation](total.get, widened(value))), store(narrowed())]),
          ...(inMemory ? [f64.store(at, total.get)] : []),
        ),
    }
  }
  const none = lanes.constant(tools.arithmetic, dtype, identity)
  const total = locals.add(none.type)
  const load = (at: I32) => total.set(lanes.loadRun(dtype, { address: at, offset: 0 }))
  const keep = (at: I32) => lanes.storeRun(dtype, { address: at, offset: 0 }, total.get, lanes.width)
  return {
    start: (at) => sequence(total.set(none), inMemory ? keep(at) : sequence()),
    step: (at, value, store) =>
      keptDuring(locals, value, (element) =>
        sequence(
          ...(inMemory ? [load(at)] : []),
          ...(exclusive ? [store(total.get)] : []),
          total.set(combined(lanes, locals, combine, dtype, total.get, element)),
          ...(exclusive ? [] : [store(total.get)]),
          ...(inMemory ? [keep(at)] : []),
        ),
      ),
  }
}

/** Evaluates a value before code that may overwrite the memory from which it is read. */
function keptDuring(locals: Locals, value: Value, code: (kept: Value) => Void): Void {
  const kept = locals.add(value.type)
  return sequence(kept.set(value), code(kept.get))
}

function store(lanes: Lanes, locals: Locals, dtype: DType, address: I32, value: Value, count: number): Void {
  return keptDuring(locals, value, (kept) => lanes.storeRun(dtype, { address, offset: 0 }, kept, count))
}

/**
 * Emits code for every one of `number` elements, in vectors as far as possible; `rest` elements are left over where the number
 * is no multiple of a vector. `emit` gets the position of the (first) element.
 */
function eachOf(
  locals: Locals,
  lanes: Lanes,
  number: I32,
  rest: number,
  single: boolean,
  emit: (position: I32, count: number) => Void,
): Void {
  if (single) return emit(i32.const(0), 1)
  const position: Local<'i32'> = locals.add('i32')
  const whole = i32.leU(i32.add(position.get, i32.const(lanes.width)), number)
  const body = sequence(emit(position.get, lanes.width), increase(position, i32.const(lanes.width)))
  return sequence(
    position.set(i32.const(0)),
    ifThen(whole, doWhile(body, whole)),
    ...(rest > 0 ? [ifThen(i32.ltU(position.get, number), emit(position.get, rest))] : []),
  )
}
