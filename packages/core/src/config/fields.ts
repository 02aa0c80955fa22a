import type { SymbolicShape } from '@gradus/tensor'
import type { PlainNames } from './name-of.ts'

/**
 * What an option may hold. A kind's name (`initializer`, `schedule`, ...) means an instance of it, in data also its name or
 * spec, or a list of them; `unknown` and kinds are otherwise checked by the class.
 */
export type FieldType =
  | 'number'
  | 'integer'
  | 'boolean'
  | 'string'
  | 'function'
  | 'shape'
  | 'numbers'
  | 'strings'
  | 'numbersByName'
  | 'unknown'
  | (string & {})

/** A kind whose instances are of type `T`: `{ type: 'layer' as Kind<Layer> }`. For types only. */
export type Kind<T> = string & { readonly instance?: T }

/** Everything about one option: what it may hold, its default and its limits. */
export interface FieldDescription {
  /** One type, or several. Not needed beside `oneOf`. */
  readonly type?: FieldType | readonly FieldType[]
  /** The values that are allowed. Case and `_` do not count in names, so Keras's `channels_first` is `channelsFirst`. */
  readonly oneOf?: readonly (string | number | boolean)[]
  /** Values that are allowed beside those of `type`, whatever its limits. */
  readonly or?: readonly (string | number | boolean)[]
  /** The value where none is given. */
  readonly default?: unknown
  /** The value that `null` stands for (default: the option is not set). */
  readonly whenNull?: unknown
  readonly required?: true
  /** The smallest value, of a number or of each number in a list. */
  readonly min?: number
  /** The largest value. */
  readonly max?: number
  /** Values must be larger than this. */
  readonly above?: number
  /** Values must be smaller than this. */
  readonly below?: number
  /** Where names are looked up: the definitions that come with a package, by name. */
  readonly among?: Readonly<Record<string, object>>
  /** An example of the option's value for error messages. */
  readonly example?: string
}

/** The description of an option, or only its type: `'number'` is short for `{ type: 'number' }`. */
export type Field = FieldType | readonly FieldType[] | FieldDescription

/** The options of a class by name. */
export type FieldTable = Readonly<Record<string, Field>>

/** A description of every option of the config type `C`. Write `static readonly fields = {...} satisfies Fields<MyConfig>`. */
export type Fields<C> = { readonly [K in keyof Required<C>]: Field }

/** The config type that fields describe: `interface MyConfig extends ConfigOf<typeof fields> {}`. */
export type ConfigOf<F> = { readonly [K in keyof F as F[K] extends Demanded ? K : never]: ValueOf<F[K]> } & {
  readonly [K in keyof F as F[K] extends Demanded ? never : K]?: ValueOf<F[K]> | NullOf<F[K]>
}

/** What a class finds in `this.options`: defaults filled in, names replaced by what they stand for. */
export type OptionsOf<F> = {
  readonly [K in keyof F]: F[K] extends Demanded | { readonly default: {} } ? HeldBy<F[K]> : HeldBy<F[K]> | undefined
}

interface Demanded {
  readonly required: true
}

type NullOf<D> = D extends { readonly whenNull: unknown } ? null : never

// Where there is a table, its names will do too.
type ValueOf<D> = D extends { readonly among: infer T } ? PlainNames<T> | HeldBy<D> : HeldBy<D>

type HeldBy<D> = D extends { readonly oneOf: readonly (infer V)[] }
  ? V
  : D extends { readonly type: infer K }
    ? TypeOf<K> | (D extends { readonly or: readonly (infer V)[] } ? V : never)
    : TypeOf<D>

type TypeOf<K> = K extends readonly (infer E)[]
  ? TypeOf<E>
  : K extends 'number' | 'integer'
    ? number
    : K extends 'boolean'
      ? boolean
      : K extends 'string'
        ? string
        : K extends 'shape'
          ? SymbolicShape
          : K extends 'numbers'
            ? readonly number[]
            : K extends 'strings'
              ? readonly string[]
              : K extends 'numbersByName'
                ? { readonly [name: string]: number }
                : K extends Kind<infer T>
                  ? T
                  : unknown
