export { type ExportedJs, type ExportJsOptions, exportJs } from './export-js.ts'
export {
  type InferenceGraph,
  type InferenceGraphOptions,
  type InferenceModel,
  inferenceGraph,
  type Port,
  traceInference,
} from './inference-graph.ts'
