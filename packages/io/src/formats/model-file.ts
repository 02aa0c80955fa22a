import type { InputShape, LayerSpec, ModelSpec, WeightValue } from '@gradus/core'

/** What a model file says beside the tensors. */
export interface ModelHeader {
  readonly format: 1
  /** The model as data; absent in files with weights only. */
  readonly spec?: ModelSpec | LayerSpec
  /** Of a model that is code: the shapes of the inputs of its layers, by path. */
  readonly inputShapes?: Readonly<Record<string, InputShape>>
  readonly seed?: number
  /** Steps trained so far. */
  readonly steps?: number
  /** What `compile` was given, as far as it is data. */
  readonly compile?: Record<string, unknown>
}

/** A model file taken apart. */
export interface ModelFile {
  readonly header: ModelHeader
  readonly weights: readonly WeightValue[]
  /** Tensors of the optimizer's state, by path. */
  readonly optimizer: readonly WeightValue[]
}
