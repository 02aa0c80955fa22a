import type { ConfigOf, DTypePolicy, FunctionalSpec, OfKind, Spec } from '@gradus/core'
import type { fitDataFields } from '@gradus/models'
import type { NamesOf } from './names.ts'
import type { StandardDefinition } from './standard.ts'

type Kind = StandardDefinition['kind']

/** A standard class of one kind as data, such as `{ optimizer: 'Adam', learningRate: 0.01 }`, or an instance of it. */
export type SpecOf<K extends Kind> =
  | Spec<OfKind<StandardDefinition, K>, StandardDefinition>
  | Instance<OfKind<StandardDefinition, K>>

type Instance<D> = D extends abstract new (...args: never) => infer I ? I : never

/** A stack of layers as data, completed by the editor. */
export interface SequentialConfig {
  readonly model: 'Sequential'
  readonly name?: string
  readonly trainable?: boolean
  readonly layers: readonly (SpecOf<'layer'> | SequentialConfig | FunctionalSpec)[]
}

/** What is done with a column before it is trained on. */
export interface InputColumn {
  /** The values that become 0 and 1; those between lie between. */
  readonly scale?: readonly [low: number, high: number]
}

/** Where samples come from. Paths are relative to the config file. */
export interface DataConfig {
  /** A CSV file with a header. */
  readonly train: string
  /** Held out: evaluated on after training. */
  readonly test?: string
  /** Evaluated on after every epoch. */
  readonly validation?: string
  /** The columns that go into the model, in order: a list, or by name with what is done with them. */
  readonly inputs: readonly string[] | { readonly [column: string]: InputColumn | null }
  /** The column that the model is to predict, or several. */
  readonly target: string | readonly string[]
  /** Names of the classes 0, 1, ...; the target column may hold the names or the numbers. */
  readonly classes?: readonly string[]
  /** What stands between values (default `,`). */
  readonly separator?: string
}

/** How long and in which portions to train: the options of `fit` that survive JSON. */
export interface FitConfig extends ConfigOf<typeof fitDataFields> {}

/** What `gradus train` reads, from JSON, YAML or a `gradus.config.ts`. */
export interface TrainConfig {
  /** Of the run folder `runs/<name>-<n>`; by default the name of the config file. */
  readonly name?: string
  /** Decides first weights, shuffling and dropout; by default a random one, which the run folder keeps. */
  readonly seed?: number
  /** Such as `cpu`; by default the first one that is available. */
  readonly backend?: string
  /** What layers keep parameters in and compute with (default `float32`); `mixedFloat16` computes in float16. */
  readonly dtypePolicy?: DTypePolicy
  readonly data: DataConfig
  readonly model: SequentialConfig | FunctionalSpec
  readonly optimizer: SpecOf<'optimizer'> | NamesOf<'optimizer'>
  readonly loss: SpecOf<'loss'> | NamesOf<'loss'> | 'crossentropy' | 'ce'
  readonly metrics?: readonly (SpecOf<'metric'> | NamesOf<'metric'> | 'accuracy' | 'acc' | 'crossentropy' | 'ce')[]
  readonly fit?: FitConfig
  readonly callbacks?: readonly (SpecOf<'callback'> | NamesOf<'callback'>)[]
  /** Whether to show one update of one weight with its numbers (default false). */
  readonly explain?: boolean
}

/**
 * Checks the type of a config and returns it as it is: `export default defineConfig({...})` in a `gradus.config.ts`
 * completes the names of layers and options, and misspelt ones do not compile.
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
