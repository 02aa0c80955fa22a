export type { Chunk, ChunkSource, Pass } from './chunks.ts'
export type { ClassWeight } from './class-weight.ts'
export { type DeviceBatch, type Feed, maskedInputs, paddingMask, takeBatch, upload } from './device-batch.ts'
export { disposeTree } from './dispose.ts'
export { type HostBatch, mapBatch } from './host-batch.ts'
export {
  type DataArguments,
  type DataModel,
  type DataShapes,
  exampleBatch,
  type OpenedData,
  openData,
  type SampleWeightData,
  splitValidation,
} from './open-data.ts'
export { openInputs } from './open-inputs.ts'
export { Orders } from './order.ts'
export { type Form, flatData, formOf, inForm, listIn, namesIn, type Port, type Ports } from './ports.ts'
export { batchesIn, openChunks, type ResidentOptions, residentLimit } from './resident.ts'
