export { type ExportedJs, type ExportJsOptions, exportJs } from './export-js.ts'
export { type InferenceGraph, inferenceGraph, traceInference } from './inference-graph.ts'
export type { InferenceGraphOptions, InferenceModel, Port } from './inference-model.ts'
