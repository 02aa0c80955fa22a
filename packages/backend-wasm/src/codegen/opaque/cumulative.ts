import { identityOf, type OpaqueKernel } from '@gradus/schedule'
import { type DType, sizeOf } from '@gradus/tensor'
import { bytesPerElement } from '@gradus/tensor/internals'
import {
  doWhile,
  type I32,
  i32,
  increase,
  type Local,
  type Locals,
  sequence,
  type Void,
} from '../../assembler/index.ts'
import { combined } from '../combining.ts'
import { fitsVector, type Lanes, scalarLanes, type Value, vectorLanes } from '../lanes.ts'
import { type KernelCode, kernelSignature, type Tools } from '../tools.ts'

/** Running sums and products: each slice along the axis is the previous one combined with a slice of the input. */
export function cumulativeFunction(
  { node, inputs, outputs }: OpaqueKernel,
  combine: 'sum' | 'prod',
  tools: Tools,
): KernelCode {
  const { axis, reverse, exclusive } = node.params as { axis: number; reverse: boolean; exclusive: boolean }
  const { shape, dtype } = node.aval
  const length = shape[axis]!
  const inner = sizeOf(shape.slice(axis + 1))
  const slice = inner * bytesPerElement(dtype)
  const block = length * slice
  const step = reverse ? -slice : slice
  const first = reverse ? block - slice : 0
  const lanes: Lanes = tools.features.simd && fitsVector(dtype) && inner >= 4 ? vectorLanes : scalarLanes

  const callable = tools.module.function(kernelSignature, (locals, args, begin, end) => {
    const [from, to, left] = [locals.add('i32'), locals.add('i32'), locals.add('i32')]
    const start = i32.add(i32.mul(begin.get, i32.const(block)), i32.const(first))
    const identity = lanes.constant(tools.arithmetic, dtype, identityOf(combine, dtype))
    // the first slice is the input or, if `exclusive`, the identity
    const opening = eachOf(locals, lanes, inner, dtype, (offset, count) => {
      const value = exclusive ? identity : lanes.loadRun(dtype, { address: i32.add(from.get, offset), offset: 0 })
      return store(lanes, locals, dtype, i32.add(to.get, offset), value, count)
    })
    const following = eachOf(locals, lanes, inner, dtype, (offset, count) => {
      const before = lanes.loadRun(dtype, { address: i32.sub(i32.add(to.get, offset), i32.const(step)), offset: 0 })
      const source = exclusive ? i32.sub(from.get, i32.const(step)) : from.get
      const element = lanes.loadRun(dtype, { address: i32.add(source, offset), offset: 0 })
      const value = combined(lanes, locals, combine, dtype, before, element)
      return store(lanes, locals, dtype, i32.add(to.get, offset), value, count)
    })
    const advance = sequence(increase(from, i32.const(step)), increase(to, i32.const(step)))
    const rest = sequence(
      left.set(i32.const(length - 1)),
      doWhile(sequence(advance, following, increase(left, i32.const(-1))), left.get),
    )
    const back = block - (length - 1) * step
    const row = sequence(
      opening,
      length > 1 ? rest : sequence(),
      increase(from, i32.const(back)),
      increase(to, i32.const(back)),
      increase(begin, i32.const(1)),
    )
    return sequence(
      from.set(i32.add(i32.load(args.get, 0), start)),
      to.set(i32.add(i32.load(args.get, 4), start)),
      doWhile(row, i32.ltU(begin.get, end.get)),
    )
  })
  return {
    callable,
    values: [inputs[0]!, outputs[0]!],
    units: sizeOf(shape.slice(0, axis)),
    scratchBytes: 0,
    workspaceBytes: 0,
  }
}

function store(lanes: Lanes, locals: Locals, dtype: DType, address: I32, value: Value, count: number): Void {
  const kept = locals.add(value.type)
  return sequence(kept.set(value), lanes.storeRun(dtype, { address, offset: 0 }, kept.get, count))
}

/** Emits code for every element of a slice, in vectors as far as possible; `emit` gets the offset in bytes. */
function eachOf(
  locals: Locals,
  lanes: Lanes,
  count: number,
  dtype: DType,
  emit: (offset: I32, count: number) => Void,
): Void {
  const bytes = bytesPerElement(dtype)
  const offset: Local<'i32'> = locals.add('i32')
  const whole = Math.floor(count / lanes.width) * lanes.width
  const code: Void[] = [offset.set(i32.const(0))]
  if (whole > 0) {
    const body = sequence(emit(offset.get, lanes.width), increase(offset, i32.const(lanes.width * bytes)))
    code.push(whole === lanes.width ? body : doWhile(body, i32.ltU(offset.get, i32.const(whole * bytes))))
  }
  if (whole < count) code.push(emit(offset.get, count - whole))
  return sequence(...code)
}
