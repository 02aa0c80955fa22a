import type { FitState, InputShape, LayerSpec, ModelSpec, WeightValue } from '@gradus/core'
import type { ModelOutline } from './outline.ts'

/** The contents of a model file other than tensors. */
export interface ModelHeader {
  readonly format: 1
  /** The model as data; absent in files with weights only. */
  readonly spec?: ModelSpec | LayerSpec
  /** Of a subclassed model: the input shapes of its layers, by path. */
  readonly inputShapes?: Readonly<Record<string, InputShape>>
  /** How weights of layers are quantized, by the paths of the layers. */
  readonly quantization?: Readonly<Record<string, unknown>>
  /** In a file of adaptations only: their options, by the paths of the layers. */
  readonly adapters?: Readonly<Record<string, unknown>>
  /** What turns rows of a table into inputs of the model, and its outputs into values: the `TableSpec` of `@gradus/tables`. */
  readonly table?: Readonly<Record<string, unknown>>
  /** The seed of the model. */
  readonly seed?: number
  /** Train steps so far. */
  readonly steps?: number
  /** The state of the run of `fit` that saved the file. */
  readonly fit?: FitState
  /** The options of `compile` as data. */
  readonly compile?: Record<string, unknown>
}

/** The decoded contents of a model file. */
export interface ModelFile {
  readonly header: ModelHeader
  readonly weights: readonly WeightValue[]
  /** Tensors of the optimizer's state, by path. */
  readonly optimizer: readonly WeightValue[]
  /**
   * In a file that stores weights by layers: returns the most numbers that it can hold. `loadModel` refuses models of many more before it makes
   * their weights.
   */
  readonly capacity?: () => number
  /** In a file that stores weights by layers: returns its weights by their names in the file, for those who do not have the model. */
  readonly stored?: () => readonly Omit<WeightValue, 'trainable'>[]
  /** When a model is written: its layers, for formats that store weights by layers. */
  readonly outline?: ModelOutline
  /**
   * In a file that stores weights by layers: returns the weights and the state of the optimizer by the paths of a model; `weights` and
   * `optimizer` of such a file are empty. Throws `FormatError` for a model of other layers.
   */
  readonly resolve?: (outline: ModelOutline, options: ResolveOptions) => Pick<ModelFile, 'weights' | 'optimizer'>
}

/** How the weights of a file are matched with a model. */
export interface ResolveOptions {
  /** Whether weights are matched by the names of layers, and layers that the file does not have keep theirs. */
  readonly byName?: boolean | null
  /** Whether weights of another shape are left out, and the layers keep theirs. */
  readonly skipMismatch?: boolean | null
}
