import type { FieldTable, Kind } from '@gradus/core'
import type { FileOptions } from '@gradus/datasets'
import type { FileSource } from '@gradus/io'
import type { DataFormat, DenseConfig } from '@gradus/layers'
import type { FunctionalConfig, Model } from '@gradus/models'
import type { SymbolicShape, SymbolicTensor } from '@gradus/tensor'

/** Options of the download of pretrained weights: the folder of the cache, progress and the end of the download. */
export type DownloadOptions = Pick<FileOptions, 'cacheDir' | 'onProgress' | 'signal'>

/** A class of functional models. */
export type ModelClass = new (config: FunctionalConfig) => Model

/** The options that all applications have, with Keras's names. */
export interface ApplicationConfig extends DownloadOptions {
  /** Whether the model ends with the classifier (default true). */
  readonly includeTop?: boolean
  /**
   * `imagenet` (the default) downloads the weights that Keras publishes and keeps them in a cache. A path, an address, a `Blob` or
   * bytes are a file with weights: `.weights.h5`, `.h5`, `.keras` or safetensors. null leaves the weights random.
   */
  readonly weights?: 'imagenet' | FileSource | null
  /** A symbolic tensor that takes the place of the input. */
  readonly inputTensor?: SymbolicTensor
  /** The shape of an image without the batch. Without the classifier, height and width may be null, which is the default. */
  readonly inputShape?: SymbolicShape
  /** What follows the features of a model without classifier: nothing (the default), or the mean or maximum of all positions. */
  readonly pooling?: 'avg' | 'max' | null
  /** The number of classes (default 1000). */
  readonly classes?: number
  /** The activation of the classifier (default `softmax`); null returns its logits. */
  readonly classifierActivation?: DenseConfig['activation'] | null
  /** The name of the model. */
  readonly name?: string
  /** The position of the channels (default `channelsLast`). */
  readonly dataFormat?: DataFormat
  /** The seed of random weights. */
  readonly seed?: number
  /** The class of the model (default `Model` of `@gradus/models`). */
  readonly modelClass?: ModelClass
}

/** The fields of `ApplicationConfig`. */
export const applicationFields = {
  includeTop: 'boolean',
  weights: 'unknown',
  inputTensor: 'unknown',
  inputShape: 'shape',
  pooling: { oneOf: ['avg', 'max'] },
  classes: { type: 'integer', min: 1 },
  classifierActivation: 'unknown',
  name: 'string',
  dataFormat: { oneOf: ['channelsLast', 'channelsFirst'] },
  seed: 'integer',
  modelClass: { type: 'function' as Kind<ModelClass> },
  cacheDir: 'string',
  onProgress: { type: 'function' as Kind<() => void> },
  signal: 'unknown',
} satisfies FieldTable

/** The option of the applications whose first layers scale the pixels. */
export interface PreprocessingConfig extends ApplicationConfig {
  /** Whether the model begins with layers that scale pixels from 0 to 255 (default true). */
  readonly includePreprocessing?: boolean
}
