export { type GraphAnalysis, UnknownOp } from './analysis/graph-analysis.ts'
export { type CodeGenerator, CompiledGraphs } from './codegen/compiled-graphs.ts'
export { AxisMaker, type AxisMap, expressionsWithin, lookupsIn, Rewriting } from './index/axes.ts'
export { costOf } from './index/cost.ts'
export {
  type Condition,
  type Expression,
  Expressions,
  forEachExpression,
  inputsFirst,
  inputsOf,
  type Load,
} from './index/expression.ts'
export {
  type Atom,
  type Axis,
  axesOfAtom,
  constantIndex,
  countOf,
  type Index,
  indexOf,
  plus,
  rangeOf,
  ravel,
  strideAlong,
  type Term,
  times,
} from './index/integer.ts'
export { combiningFunction, identityOf, isPosition } from './kernels/combine.ts'
export { formOf, type KernelForm } from './kernels/form.ts'
export * from './kernels/kernel.ts'
export { printSchedule } from './kernels/print-schedule.ts'
export { expressionsOfLoops, rootsOfLoops, rootsOfStore } from './kernels/refine.ts'
export { Addresses } from './memory/addresses.ts'
export { type Growing, Heap } from './memory/heap.ts'
export { outputBuffers } from './memory/output-buffers.ts'
export { HeapBuffer, ProgramMemory } from './memory/program-memory.ts'
export { askForCollection, UnusedTensors } from './memory/unused-tensors.ts'
export { locate, type MemoryLocation, type ScheduleLocations } from './planning/locate.ts'
export { type LoopWorkspace, loopWorkspace } from './planning/loop-workspace.ts'
export { schedule } from './schedule.ts'
