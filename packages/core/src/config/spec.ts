import type { innerKey } from './configured.ts'
import type { Definition } from './definition.ts'
import type { NameOf } from './name-of.ts'

/** Any class or named function that a registry can hold. */
export type AnyDefinition = Definition & ((abstract new (...args: never) => object) | ((...args: never) => unknown))

/** The definitions among `D` of one kind. */
export type OfKind<D, K extends string> = D extends { readonly kind: infer Kind } ? (K extends Kind ? D : never) : never

/** Data that describes an instance of one of the definitions `D`: `{ layer: 'Dense', units: 3 }`, with specs nested in it. */
export type Spec<D, All = D> = D extends Definition
  ? { readonly [K in D['kind']]: NameOf<D> } & {
      readonly [P in keyof ConfigOf<D> as P extends D['kind'] ? typeof innerKey : P]: SpecOrValue<ConfigOf<D>[P], All>
    }
  : never

/**
 * What `create` takes. `S` is what is known of the argument: its keys that are kinds. It stands in the type with its keys
 * only (`S[P] | {}`), so that it can be inferred, while everything else is checked against the spec of the class that it
 * names; that makes unknown options an error even in a generic function.
 */
export type SpecArgument<D, S> = { readonly [P in keyof S & KindOf<D>]: S[P] | {} } & Expected<D, S, Named<D, S>>

/** The instance that a spec of the form `S` describes. */
export type Created<D, S> = InstanceOf<Named<D, S>>

export type InstanceOf<D> = D extends abstract new (...args: never) => infer I ? I : D

type ConfigOf<D> = D extends abstract new (
  ...args: infer A
) => unknown
  ? A extends []
    ? object
    : NonNullable<A[0]>
  : D extends { with(options: infer O): unknown }
    ? O
    : object

type KindOf<D> = D extends Definition ? D['kind'] : never

// Where a config takes an instance of a kind, its spec is taken too, and its name. The bare names of classes that come
// with a layer are part of its config type already; here those with a scope join.
type SpecOrValue<V, All> = V extends { readonly kind: infer K extends string }
  ? V | Spec<OfKind<All, K>, All> | ScopedName<OfKind<All, K>>
  : V extends readonly { readonly kind: infer K extends string }[]
    ? V | readonly (V[number] | Spec<OfKind<All, K>, All> | ScopedName<OfKind<All, K>>)[]
    : V

type ScopedName<D> = D extends { readonly type: `${string}/${string}` }
  ? Record<never, never> extends ConfigOf<D>
    ? NameOf<D>
    : never
  : never

// The definition that S names. In `{ layer: 'Activation', activation: 'relu' }` both keys are kinds: the one meant is that
// whose options include the other.
type Named<D, S, Kinds = KindOf<D>> = D extends Definition
  ? S extends { readonly [K in D['kind']]: NameOf<D> }
    ? Exclude<keyof S & Kinds, D['kind'] | keyof ConfigOf<D>> extends never
      ? D
      : never
    : never
  : never

// Where nothing is named, the names that could be; the compiler then suggests the nearest.
type Expected<D, S, Found> = [Found] extends [never]
  ? [keyof S & KindOf<D>] extends [never]
    ? { readonly [K in KindOf<D>]?: NameOf<OfKind<D, K>> }
    : { readonly [P in keyof S & KindOf<D>]: NameOrConflict<D, S, P> }
  : Spec<Found, D>

type NameOrConflict<D, S, P extends keyof S & KindOf<D>> = [UnknownNames<D, S>] extends [never]
  ? 'A spec names one class.'
  : S[P] extends NameOf<OfKind<D, P>>
    ? S[P]
    : NameOf<OfKind<D, P>>

type UnknownNames<D, S> = {
  [P in keyof S & KindOf<D>]: S[P] extends NameOf<OfKind<D, P>> ? never : P
}[keyof S & KindOf<D>]
