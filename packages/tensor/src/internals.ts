// For backends, compilers, derivatives, and authors of ops. Operations are in the main entry and have their op as the property
// `op`. This entry has the ops that belong to no operation.
export { backendOf, type Executable } from './backend.ts'
export {
  bytesPerElement,
  computeDType,
  dtypeForArray,
  fromMemory,
  hostArray,
  isDType,
  type MemoryArray,
  toMemory,
  unknownDType,
  viewOf,
} from './dtype.ts'
export * from './graph.ts'
export * from './half.ts'
export {
  apply,
  applyAll,
  currentInterpreter,
  eager,
  type Interpreter,
  shapeOnly,
  withInterpreter,
} from './interpreter.ts'
export * from './op.ts'
export { type OperationOf, operationOf } from './operation.ts'
export { expandOp, identityOp } from './ops/broadcast-op.ts'
export type { ConvParams } from './ops/conv-op.ts'
export * from './ops/create-op.ts'
export * from './ops/elementwise.ts'
export { type PadParams, padOp, permuteOp, type SliceParams } from './ops/movement-op.ts'
export * from './ops/operands.ts'
export { maxPoolGradientOp, type PoolParams } from './ops/pooling-op.ts'
export * from './ops/random-key-op.ts'
export * from './ops/rules.ts'
export { type ScanParams, scanOp } from './ops/scan-op.ts'
export * from './ops/window-op.ts'
export * from './params-key.ts'
export { reducedShape, stridesOf } from './shape.ts'
export { type DeviceBuffer, type Memory, Storage } from './storage.ts'
export { type SymbolicSource, UnknownSize } from './symbolic.ts'
export * from './tape.ts'
export { adopt, collect, keepTensors, nest } from './tensor.ts'
export * from './trace.ts'
