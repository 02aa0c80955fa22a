/** A class or function with a name in data. */
interface Named {
  readonly type: string
}

/**
 * The names by which typed code refers to a definition: its type, the type in camel case (`Dense` and `dense`, `SGD` and `sgd`)
 * and its aliases. Data may also use snake_case, which is resolved at run time.
 */
export type NameOf<D> = D extends Named ? D['type'] | CamelCase<D['type']> | AliasOf<D> : never

/** The names of the definitions of a table that have no required options. */
export type PlainNames<T> = { [K in keyof T]: NeedsOptions<T[K]> extends true ? never : NameOf<T[K]> }[keyof T]

type NeedsOptions<D> = D extends abstract new (
  ...args: infer A
) => unknown
  ? [] extends A
    ? false
    : true
  : D extends { with(options: infer O): unknown }
    ? Record<never, never> extends O
      ? false
      : true
    : false

type AliasOf<D> = D extends { readonly aliases: readonly (infer A extends string)[] } ? A : never

// Abbreviations become small letters throughout: `LSTM` is `lstm` and not `lSTM`.
type CamelCase<S extends string> = S extends `${string}${infer Second}${infer _}`
  ? Second extends Uppercase<Second>
    ? Lowercase<S>
    : Uncapitalize<S>
  : Uncapitalize<S>
