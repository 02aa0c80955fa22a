import type {
  AnyDefinition,
  Callback,
  ConfigOf,
  DTypePolicy,
  FunctionalSpec,
  Layer,
  Loss,
  Metric,
  OfKind,
  Optimizer,
  Spec,
} from '@gradus/core'
import type { fitDataFields } from '@gradus/models'
import type { ColumnChoice, InputChoices, Missing, SplitOptions, TableOptions, Task } from '@gradus/tables'
import type { Model } from './model.ts'
import type { NamesOf, StandardNames } from './names.ts'
import type { StandardDefinition } from './standard.ts'

type Kind = StandardDefinition['kind']

/** A standard class of one kind as data, such as `{ optimizer: 'Adam', learningRate: 0.01 }`, or an instance of it or of a class of your own. */
export type SpecOf<K extends Kind> =
  | Spec<OfKind<StandardDefinition, K>, StandardDefinition>
  | Instance<OfKind<StandardDefinition, K>>
  | OwnSpec<K>
  | OwnInstance<K>

/** The name of a class of a plug-in; names of standard classes have no slash. */
type OwnName = `${string}/${string}`

/** A class of a plug-in as data. Its options are checked when the config is read. */
type OwnSpec<K extends string> = { readonly [P in K]: OwnName } & { readonly [option: string]: unknown }

/** The classes that own classes extend. */
interface Bases {
  readonly layer: Layer
  readonly optimizer: Optimizer
  readonly loss: Loss
  readonly metric: Metric
  readonly callback: Callback
}

type OwnInstance<K> = K extends keyof Bases ? Bases[K] : never

type Instance<D> = D extends abstract new (...args: never) => infer I ? I : never

/** A stack of layers as data, with types for the completion in editors. */
export interface SequentialConfig {
  readonly model: 'Sequential'
  readonly name?: string
  readonly trainable?: boolean
  readonly layers: readonly (SpecOf<'layer'> | SequentialConfig | FunctionalSpec)[]
}

/** The rows and columns of the samples. Paths are relative to the config file. */
export interface DataConfig extends Omit<TableOptions, 'header'> {
  /** A file of rows (CSV, JSON, Parquet, NumPy, text ...), or a folder of images or texts. */
  readonly train: string
  /** Held-out rows with the same columns, for the evaluation after training. */
  readonly test?: string
  /** Rows with the same columns, for the validation after every epoch. */
  readonly validation?: string
  /** How the rows of `train` are divided. */
  readonly split?: Omit<SplitOptions, 'seed'>
  /** The columns from which the model predicts, in order: names and ranges such as `p0..p63`, or by name with their options (default all that help). */
  readonly inputs?: InputChoices
  /** The column that the model predicts, or several (default `label`, of a folder). */
  readonly target?: string | readonly string[]
  /** The kinds and options of columns, or null to leave one out. */
  readonly columns?: { readonly [column: string]: ColumnChoice }
  /** What the target is predicted as; by default its values or the loss say it. */
  readonly task?: Task | { readonly [target: string]: Task }
  /** Names of the classes, in order; the target column may hold the names or the numbers 0, 1, ... */
  readonly classes?: readonly string[] | { readonly [target: string]: readonly string[] }
  /** The weight of each class in the loss, by name; `balanced` gives all classes an equal part. */
  readonly classWeight?: 'balanced' | { readonly [name: string]: number }
  /** What becomes of missing values of inputs (default: numbers become the median). */
  readonly missing?: Missing
  /** The texts that mean a missing value. */
  readonly missingTexts?: readonly string[]
  /** Whether the first row of a text has the names of the columns, or these names. */
  readonly header?: boolean | readonly string[]
}

/** The options of `fit` that are plain data. */
export interface FitConfig extends ConfigOf<typeof fitDataFields> {}

type LossConfig = SpecOf<'loss'> | StandardNames['loss'] | OwnName
type MetricsConfig = readonly (SpecOf<'metric'> | StandardNames['metric'] | OwnName)[]

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
  /**
   * Modules with classes of your own: files relative to the config, such as `./my-layer.ts`, and installed packages. A config that is a
   * module may also have the classes here, or instances of them at their places.
   */
  readonly plugins?: readonly (string | AnyDefinition)[]
  readonly data: DataConfig
  /** The layers (default: a model that suits the rows). So are the other parts, where they are left out. */
  readonly model?: SequentialConfig | FunctionalSpec | OwnSpec<'layer'> | Model
  readonly optimizer?: SpecOf<'optimizer'> | StandardNames['optimizer'] | OwnName
  /** The loss, or one for each output by name. */
  readonly loss?: LossConfig | { readonly [output: string]: LossConfig }
  readonly metrics?: MetricsConfig | { readonly [output: string]: MetricsConfig }
  readonly fit?: FitConfig
  readonly callbacks?: readonly (SpecOf<'callback'> | NamesOf<'callback'> | OwnName)[]
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
