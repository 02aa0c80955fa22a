import type { AnyDefinition, NameOf, OfKind } from '@gradus/core'
import type { KnownNames } from '@gradus/models'
import type { StandardDefinition } from './standard.ts'

/** `MeanSquaredError` as `mean_squared_error`: Keras's spelling, which registries understand too. */
type SnakeCase<S extends string, Start extends boolean = true> = S extends `${infer C}${infer Rest}`
  ? `${C extends Lowercase<C> ? '' : Start extends true ? '' : '_'}${Lowercase<C>}${SnakeCase<Rest, false>}`
  : ''

/** All spellings of a class's name: those of a registry, and Keras's `mean_squared_error`; optimizers as one word, `adamw`. */
type Spellings<D> = D extends AnyDefinition
  ? NameOf<D> | (D['kind'] extends 'optimizer' ? Lowercase<D['type']> : SnakeCase<D['type']>)
  : never

/** The names of the standard classes of one kind, in all spellings. */
export type NamesOf<K extends StandardDefinition['kind']> = Spellings<OfKind<StandardDefinition, K>>

/** The names that `compile` of the models of this package takes. */
export interface StandardNames extends KnownNames {
  readonly optimizer: NamesOf<'optimizer'>
  /** `crossentropy` and `ce` mean the crossentropy that fits the shapes, as in Keras. */
  readonly loss: NamesOf<'loss'> | 'crossentropy' | 'ce'
  /** `accuracy`, `acc`, `crossentropy` and `ce` mean the metric that fits the shapes, as in Keras. */
  readonly metric: NamesOf<'metric'> | 'accuracy' | 'acc' | 'crossentropy' | 'ce'
}
