import { type LoopKernel, type Store, strideAlong } from '@gradus/schedule'
import type { DType } from '@gradus/tensor'
import { bytesPerElement } from '@gradus/tensor/internals'
import {
  doWhile,
  type F32,
  f32,
  f64,
  fillMemory,
  type I32,
  i32,
  ifElse,
  increase,
  type Locals,
  sequence,
  Temporaries,
  type Void,
  whileLoop,
} from '../assembler/index.ts'
import { scalarLanes } from './lanes.ts'
import { loopFunction } from './loops.ts'
import { planScatter, type ScatterPlan } from './scatter-plan.ts'
import { type KernelCode, kernelSignature, type Tools, workspace } from './tools.ts'

/** The functions of a kernel that adds at indices, or undefined where rows have few updates or are not floats. */
export function scatterFunctions(kernel: LoopKernel, tools: Tools): KernelCode[] | undefined {
  const [pass, ...others] = kernel.passes
  const [store] = pass!.stores
  if (!store?.add || others.length > 0 || pass!.stores.length > 1 || kernel.inner.length > 0) return undefined
  const plan = planScatter(kernel, store, tools)
  if (!plan) return undefined
  const main = loopFunction(kernel, tools, plan)
  return [
    clearing(plan, tools),
    loopFunction(counting(kernel, store, plan), tools),
    opening(store, plan, tools),
    { ...main, workspaceBytes: plan.bytes },
    closing(store, plan, tools),
  ]
}

/** Sets the numbers of updates to 0. */
function clearing(plan: ScatterPlan, tools: Tools): KernelCode {
  const callable = tools.module.function(kernelSignature, (_, args) =>
    fillMemory(i32.add(i32.load(args.get, 0), i32.const(plan.slotOfRow)), i32.const(0), i32.const(4 * plan.rows)),
  )
  return { callable, values: [workspace], units: 1, scratchBytes: 0, workspaceBytes: plan.bytes }
}

/** Counts the updates of each row. */
function counting({ make }: LoopKernel, { add }: Store, { updates, row }: ScatterPlan): LoopKernel {
  const store: Store = {
    value: workspace,
    index: row,
    expression: make.constant('int32', 1),
    stored: 'int32',
    add: add!,
  }
  const pass = { reductions: [], stores: [store], saves: [] }
  return { kind: 'loops', outer: updates, inner: [], passes: [pass], rowStores: [], slots: 0, make }
}

/** Assigns slots to rows with many updates, and copies these rows into their slots. */
function opening(store: Store, plan: ScatterPlan, tools: Tools): KernelCode {
  const callable = tools.module.function(kernelSignature, (locals, args) => {
    const [work, row, used, at] = [locals.add('i32'), locals.add('i32'), locals.add('i32'), locals.add('i32')]
    const take = sequence(
      i32.store(i32.add(work.get, i32.shl(used.get, i32.const(2))), row.get, plan.rowOfSlot),
      increase(used, i32.const(1)),
      i32.store(at.get, used.get),
    )
    const rows = sequence(
      at.set(i32.add(work.get, i32.add(i32.const(plan.slotOfRow), i32.shl(row.get, i32.const(2))))),
      ifElse(i32.gtU(i32.load(at.get), i32.const(plan.few)), take, i32.store(at.get, i32.const(0))),
      increase(row, i32.const(1)),
    )
    return sequence(
      work.set(i32.load(args.get, 0)),
      row.set(i32.const(0)),
      used.set(i32.const(0)),
      doWhile(rows, i32.ltU(row.get, i32.const(plan.rows))),
      i32.store(work.get, used.get, plan.rowOfSlot + 4 * plan.slots),
      overSlots(locals, args.get, store, plan, (element, sum) =>
        f64.store(sum, f64.promote(loaded(locals, store.stored, element))),
      ),
    )
  })
  return { callable, values: [workspace, store.value], units: 1, scratchBytes: 0, workspaceBytes: plan.bytes }
}

/** Copies the sums in slots to their rows. */
function closing(store: Store, plan: ScatterPlan, tools: Tools): KernelCode {
  const callable = tools.module.function(kernelSignature, (locals, args) =>
    overSlots(locals, args.get, store, plan, (element, sum) =>
      stored(locals, store.stored, element, f32.demote(f64.load(sum))),
    ),
  )
  return { callable, values: [workspace, store.value], units: 1, scratchBytes: 0, workspaceBytes: plan.bytes }
}

/** Emits code for each element of the rows in slots, given its address in the output and that of its sum. */
function overSlots(
  locals: Locals,
  args: I32,
  { index, stored }: Store,
  plan: ScatterPlan,
  emit: (element: I32, sum: I32) => Void,
): Void {
  const bytes = bytesPerElement(stored)
  const [work, output, slot, used] = [locals.add('i32'), locals.add('i32'), locals.add('i32'), locals.add('i32')]
  const [to, sum] = [locals.add('i32'), locals.add('i32')]
  // the addresses go through the elements of a row in order, and skip the ends of slots
  const nest = (depth: number): Void => {
    const axis = plan.elements[depth]
    if (!axis) return emit(to.get, sum.get)
    const left = locals.add('i32')
    const step = bytes * strideAlong(index, axis)!
    const inner = plan.elements.slice(depth + 1)
    const size = inner.length > 0 ? 0 : 8
    const padding = inner.length > 0 ? 0 : 8 * (Math.ceil(axis.size / 4) * 4 - axis.size)
    return sequence(
      left.set(i32.const(axis.size)),
      doWhile(
        sequence(nest(depth + 1), increase(to, i32.const(step)), increase(sum, i32.const(size))),
        left.tee(i32.sub(left.get, i32.const(1))),
      ),
      increase(to, i32.const(-step * axis.size)),
      increase(sum, i32.const(padding)),
    )
  }
  const row = i32.load(i32.add(work.get, i32.shl(slot.get, i32.const(2))), plan.rowOfSlot)
  const start = i32.add(i32.mul(row, i32.const(bytes * plan.stride)), i32.const(bytes * index.constant))
  const sums = i32.add(i32.mul(slot.get, i32.const(8 * plan.slotSize)), i32.const(plan.sums))
  return sequence(
    work.set(i32.load(args, 0)),
    output.set(i32.load(args, 4)),
    used.set(i32.load(work.get, plan.rowOfSlot + 4 * plan.slots)),
    slot.set(i32.const(0)),
    whileLoop(
      i32.ltU(slot.get, used.get),
      sequence(
        to.set(i32.add(output.get, start)),
        sum.set(i32.add(work.get, sums)),
        nest(0),
        increase(slot, i32.const(1)),
      ),
    ),
  )
}

function loaded(locals: Locals, dtype: DType, address: I32): F32 {
  const element = scalarLanes.loadOne(dtype, { address, offset: 0 })
  if (dtype !== 'float16') return element as F32
  const temps = new Temporaries(locals)
  return temps.end(scalarLanes.unpackHalves(temps, element)) as F32
}

function stored(locals: Locals, dtype: DType, address: I32, number: F32): Void {
  const at = { address, offset: 0 }
  if (dtype !== 'float16') return scalarLanes.storeOne(dtype, at, number)
  const temps = new Temporaries(locals)
  return scalarLanes.storeOne(dtype, at, temps.end(scalarLanes.packHalves(temps, number)))
}
