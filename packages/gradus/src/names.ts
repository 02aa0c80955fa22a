import type { AnyDefinition, NameOf, OfKind } from '@gradus/core'
import type { KnownNames } from '@gradus/models'
import type { StandardDefinition } from './standard.ts'

/** `MeanSquaredError` as `mean_squared_error`: names are found in Keras's spelling too, so they compile too. */
type SnakeCase<S extends string, Start extends boolean = true> = S extends `${infer C}${infer Rest}`
  ? `${C extends Lowercase<C> ? '' : Start extends true ? '' : '_'}${Lowercase<C>}${SnakeCase<Rest, false>}`
  : ''

/** The names that every registry understands, and Keras's: `mean_squared_error`; optimizers as one word, `adamw`. */
type Spellings<D> = D extends AnyDefinition
  ? NameOf<D> | (D['kind'] extends 'optimizer' ? Lowercase<D['type']> : SnakeCase<D['type']>)
  : never

/** The names of the standard classes of one kind, in every spelling that is understood. */
export type NamesOf<K extends StandardDefinition['kind']> = Spellings<OfKind<StandardDefinition, K>>

/** What `compile` of the models of this package takes by name. */
export interface StandardNames extends KnownNames {
  readonly optimizer: NamesOf<'optimizer'>
  /** `crossentropy` and `ce` stand for the one that fits the shapes, as in Keras. */
  readonly loss: NamesOf<'loss'> | 'crossentropy' | 'ce'
  /** `accuracy` and `acc` stand for the one that fits the shapes, as in Keras. */
  readonly metric: NamesOf<'metric'> | 'accuracy' | 'acc' | 'crossentropy' | 'ce'
}
