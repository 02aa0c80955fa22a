export { checkFields, choiceOf, descriptionOf } from './config/check-fields.ts'
export * from './config/check-state.ts'
export * from './config/complete.ts'
export * from './config/configured.ts'
export { readConstants } from './config/constants.ts'
export { clearRandomSeed, defaultSeed, setRandomSeed } from './config/default-seed.ts'
export * from './config/definition.ts'
export { requireBounded, requireBoundedJson } from './config/depth.ts'
export * from './config/describe.ts'
export * from './config/fields.ts'
export type { NameOf } from './config/name-of.ts'
export * from './config/names.ts'
export { requireMethod, tensorFrom, wrongResult } from './config/own-methods.ts'
export * from './config/registry.ts'
export type { AnyDefinition, OfKind, Spec } from './config/spec.ts'
export * from './contracts/activation.ts'
export * from './contracts/alignment.ts'
export * from './contracts/callback.ts'
export * from './contracts/constraint.ts'
export * from './contracts/initializer.ts'
export * from './contracts/loss.ts'
export * from './contracts/metric.ts'
export * from './contracts/regularizer.ts'
export * from './contracts/schedule.ts'
export * from './data/dataset.ts'
export {
  castHostArray,
  isHostArray,
  toHostArray,
} from './data/host-array.ts'
export * from './data/host-values.ts'
export * from './data/index-limits.ts'
export * from './data/named.ts'
export { numpyOrders } from './data/numpy-order.ts'
export * from './data/rows.ts'
export * from './errors.ts'
export { crc32, crc32c } from './files/crc.ts'
export { joinBytes } from './files/join-bytes.ts'
export { nodeModule } from './files/platform-node.ts'
export * from './layer/adaptable.ts'
export * from './layer/base-layer.ts'
export * from './layer/build.ts'
export { callOf, callSymbolically, callsOf, forgetCalls, LayerCall } from './layer/call.ts'
export {
  type Call,
  type CallWrapper,
  type ForwardPass,
  type LayerVariables,
  wrapCalls,
  wrapperOf,
} from './layer/call-wrapper.ts'
export { callerOf, type LayerCaller, withCaller } from './layer/caller.ts'
export * from './layer/clear-session.ts'
export { currentDTypePolicy, type DTypePolicy, useDTypePolicy } from './layer/dtype-policy.ts'
export { callOptionsOf, Forward, onlyOutput, type VariableSource } from './layer/forward.ts'
export { holdLayers } from './layer/holders.ts'
export * from './layer/host-layer.ts'
export * from './layer/infer.ts'
export * from './layer/input.ts'
export { firstShape, isShape } from './layer/input-shape.ts'
export { knownShapes, type LayerShapes } from './layer/known-shapes.ts'
export * from './layer/layer.ts'
export * from './layer/layers-within.ts'
export * from './layer/masks.ts'
export { type OperationConfig, OperationLayer } from './layer/operation-layer.ts'
export { sharedIdOf, withSharedIds } from './layer/shared-layers.ts'
export * from './layer/stand-in.ts'
export * from './layer/stateless.ts'
export * from './layer/title.ts'
export { inferLayers } from './layer/trial.ts'
export { batchSize, unknownSize } from './layer/trial-sizes.ts'
export {
  inputShapesOf,
  type LayerSet,
  type LayerTrees,
  listVariables,
  maxWeight,
  mergeParameters,
  readVariables,
  replaceVariables,
  splitByTrainable,
  Variable,
  variablesOf,
  writeVariables,
} from './layer/variables.ts'
export { readWeights, requireFinite, toDevice, type WeightLike, writeWeights } from './layer/weight-values.ts'
export { WeightedLayer } from './layer/weighted-layer.ts'
export * from './model-spec.ts'
export * from './optimizer/optimizer.ts'
export * from './rng.ts'
export * from './structure.ts'
