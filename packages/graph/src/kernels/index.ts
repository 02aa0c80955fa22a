// The second entry of the package, `@gradus/graph/kernels`: what backends that generate code are made with.

export { byteSize, donorOf, type StepPlan } from '../plan-steps.ts'
export { erf, modulo, power, roundHalfToEven } from '../special-functions.ts'
export { AxisMaker, type AxisMap, expressionsWithin, lookedBy, Rewriting } from './axes.ts'
export { costOf } from './cost.ts'
export { type Condition, type Expression, Expressions } from './expression.ts'
export { type Growing, Heap } from './heap.ts'
export { Areas, HeapPart } from './heap-part.ts'
export {
  type Atom,
  type Axis,
  axesOfAtom,
  constantIndex,
  type Index,
  indexOf,
  plus,
  rangeOf,
  ravel,
  strideAlong,
  type Term,
  times,
} from './integer.ts'
export * from './kernel.ts'
export { formOf, type KernelForm } from './kernel-form.ts'
export { outputBuffers } from './output-buffers.ts'
export { printSchedule } from './print-schedule.ts'
export { type Program, UnknownOp } from './program.ts'
export { ProgramCache } from './program-cache.ts'
export { type Combine, combiningOps } from './reduction-rules.ts'
export { expressionsOfLoops, rootsOfLoops, rootsOfStore } from './refine.ts'
export { type LoopRoom, loopRoom } from './rooms.ts'
export { schedule } from './schedule.ts'
