import type { ConfigOf, DTypePolicy, FunctionalSpec, OfKind, Spec } from '@gradus/core'
import type { fitDataFields } from '@gradus/models'
import type { NamesOf, StandardNames } from './names.ts'
import type { StandardDefinition } from './standard.ts'

type Kind = StandardDefinition['kind']

/** A standard class of one kind as data, such as `{ optimizer: 'Adam', learningRate: 0.01 }`, or an instance of it. */
export type SpecOf<K extends Kind> =
  | Spec<OfKind<StandardDefinition, K>, StandardDefinition>
  | Instance<OfKind<StandardDefinition, K>>

type Instance<D> = D extends abstract new (...args: never) => infer I ? I : never

/** A stack of layers as data, with types for the completion in editors. */
export interface SequentialConfig {
  readonly model: 'Sequential'
  readonly name?: string
  readonly trainable?: boolean
  readonly layers: readonly (SpecOf<'layer'> | SequentialConfig | FunctionalSpec)[]
}

/** How the values of an input column are prepared. */
export interface InputColumn {
  /** The values that become 0 and 1; the column is scaled linearly. */
  readonly scale?: readonly [low: number, high: number]
}

/** The files and columns of the samples. Paths are relative to the config file. */
export interface DataConfig {
  /** A CSV file with a header. */
  readonly train: string
  /** A file with the same columns, for the evaluation after training. */
  readonly test?: string
  /** A file with the same columns, for the validation after every epoch. */
  readonly validation?: string
  /** The input columns of the model, in order: a list, or by name with their preparation. */
  readonly inputs: readonly string[] | { readonly [column: string]: InputColumn | null }
  /** The column that the model predicts, or several. */
  readonly target: string | readonly string[]
  /** Names of the classes 0, 1, ...; the target column may hold the names or the numbers. */
  readonly classes?: readonly string[]
  /** The character between values (default `,`). */
  readonly separator?: string
  /** Reads only this many lines of each file (default all). */
  readonly rows?: number
}

/** The options of `fit` that are plain data. */
export interface FitConfig extends ConfigOf<typeof fitDataFields> {}

/** The config of `gradus train`, from JSON, YAML or a `gradus.config.ts`. */
export interface TrainConfig {
  /** The name in the run folder `runs/<name>-<n>` (default the name of the config file). */
  readonly name?: string
  /** Seed of the initial weights, of shuffling and of dropout (default random; the run folder contains it). */
  readonly seed?: number
  /** The name of the backend, such as `cpu` (default the first one that is available). */
  readonly backend?: string
  /** The dtypes of parameters and of computation (default `float32`). `mixedFloat16` computes in float16. */
  readonly dtypePolicy?: DTypePolicy
  readonly data: DataConfig
  readonly model: SequentialConfig | FunctionalSpec
  readonly optimizer: SpecOf<'optimizer'> | StandardNames['optimizer']
  readonly loss: SpecOf<'loss'> | StandardNames['loss']
  readonly metrics?: readonly (SpecOf<'metric'> | StandardNames['metric'])[]
  readonly fit?: FitConfig
  readonly callbacks?: readonly (SpecOf<'callback'> | NamesOf<'callback'>)[]
  /** The number of batches between two saves of the run, which is also saved after every epoch. */
  readonly checkpoint?: { readonly every: number }
  /** Whether to show one update of one weight with its numbers (default false). */
  readonly explain?: boolean
}

/**
 * Returns a config unchanged and checks its type: with `export default defineConfig({...})` in a `gradus.config.ts`, editors
 * complete the names of layers and options, and misspelt names are type errors.
 *
 * @example
 * import { defineConfig } from 'gradus'
 * const config = defineConfig({
 *   data: { train: 'train.csv', inputs: ['age'], target: 'sideEffects' },
 *   model: { model: 'Sequential', layers: [{ layer: 'Dense', units: 2, activation: 'sigmoid' }] },
 *   optimizer: { optimizer: 'Adam', learningRate: 0.001 },
 *   loss: 'sparseCategoricalCrossentropy',
 * })
 * config.data.inputs // => ['age']
 */
export function defineConfig(config: TrainConfig): TrainConfig {
  return config
}
