export * from './audio/audio-dataset.ts'
export * from './audio/resample.ts'
export * from './audio/wav.ts'
export type { CsvColumn, CsvValues } from './csv-columns.ts'
export type { CsvSource } from './csv-source.ts'
export { CsvTable } from './csv-table.ts'
export {
  type BothParts,
  DirectoryDataset,
  type DirectoryOptions,
  datasetFromDirectory,
  directoryFields,
  type FileSamples,
} from './directory/from-directory.ts'
export type { Directory } from './directory/platform-list.ts'
export * from './directory/text-dataset.ts'
export type { ElementData, ElementTuple } from './element.ts'
export * from './normalize.ts'
export * from './pad-sequences.ts'
export {
  type ArraysData,
  fromArrays,
  fromIterable,
  Pipeline,
  type PipelineState,
  type ShuffleOptions,
} from './pipeline.ts'
export * from './read-csv.ts'
export * from './sample-weight.ts'
export * from './scale.ts'
export type { ThreadModule } from './sequence/platform-threads.ts'
export * from './sequence/sequence-dataset.ts'
export * from './split.ts'
export type { ElementSource } from './stages.ts'
export * from './timeseries.ts'
export * from './to-categorical.ts'
export * from './to-csv.ts'
