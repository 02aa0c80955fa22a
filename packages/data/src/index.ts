export type { CsvColumn, CsvValues } from './csv-columns.ts'
export type { CsvSource } from './csv-source.ts'
export { CsvTable } from './csv-table.ts'
export type { ElementData } from './element.ts'
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
export * from './scale.ts'
export * from './split.ts'
export type { ElementSource } from './stages.ts'
export * from './to-categorical.ts'
export * from './to-csv.ts'
