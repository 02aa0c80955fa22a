import type { innerKey } from './configured.ts'
import type { Definition } from './definition.ts'
import type { NameOf } from './name-of.ts'

/** Any class or named function that a registry can hold. */
export type AnyDefinition = Definition & ((abstract new (...args: never) => object) | ((...args: never) => unknown))

/** The definitions among `D` of one kind. */
export type OfKind<D, K extends string> = D extends { readonly kind: infer Kind } ? (K extends Kind ? D : never) : never

/** Data that describes an instance of one of the definitions `D`: `{ layer: 'Dense', units: 3 }`; options may be specs too. */
export type Spec<D, All = D> = D extends Definition
  ? { readonly [K in D['kind']]: NameOf<D> } & {
      readonly [P in keyof ConfigOf<D> as P extends D['kind'] ? typeof innerKey : P]: SpecOrValue<ConfigOf<D>[P], All>
    }
  : never

/**
 * The argument of `create`. `S` is inferred from the keys of the argument that are kinds; only these occur in the type
 * (`S[P] | {}`). All other keys are checked against the spec of the class that the argument names, so unknown options are an
 * error even in a generic function.
 */
export type SpecArgument<D, S> = { readonly [P in keyof S & KindOf<D>]: S[P] | {} } & Expected<D, S, Named<D, S>>

/** The instance that a spec of the form `S` describes. */
export type Created<D, S> = InstanceOf<Named<D, S>>

/** The instance type of a class; a named function itself. */
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

// An option that takes an instance of a kind also takes its spec and its name. Names without a namespace are part of the config
// type already; here names with one are added.
type SpecOrValue<V, All> = V extends { readonly kind: infer K extends string }
  ? V | Spec<OfKind<All, K>, All> | NamespacedName<OfKind<All, K>>
  : V extends readonly { readonly kind: infer K extends string }[]
    ? V | readonly (V[number] | Spec<OfKind<All, K>, All> | NamespacedName<OfKind<All, K>>)[]
    : V

type NamespacedName<D> = D extends { readonly type: `${string}/${string}` }
  ? Record<never, never> extends ConfigOf<D>
    ? NameOf<D>
    : never
  : never

// The definition that S names. In `{ layer: 'Activation', activation: 'relu' }` both keys are kinds; the definition is the one
// that has the other key among its options.
type Named<D, S, Kinds = KindOf<D>> = D extends Definition
  ? S extends { readonly [K in D['kind']]: NameOf<D> }
    ? Exclude<keyof S & Kinds, D['kind'] | keyof ConfigOf<D>> extends never
      ? D
      : never
    : never
  : never

// If S names no definition, all names that it could have; the compiler then suggests the nearest.
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
