import type { DType, Shape, SymbolicShape, Tensor } from '@gradus/tensor'
import type { PlainNames } from './name-of.ts'

/**
 * The type of an option's value. The name of a kind (`initializer`, `schedule`, ...) means an instance of that kind, in data
 * also its name or spec, or a list of these. `unknown` is not checked here; classes may check it, and kinds, further.
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

/** The description of one option: its type, default and limits. */
export interface FieldDescription {
  /** One type, or several. Not needed if `oneOf` is given. */
  readonly type?: FieldType | readonly FieldType[]
  /** The allowed values. Names match whatever their case, `_` and `-`, so Keras's `channels_first` is `channelsFirst`. */
  readonly oneOf?: readonly (string | number | boolean)[]
  /** Values that are allowed in addition to those of `type`; the limits do not apply to them. */
  readonly or?: readonly (string | number | boolean)[]
  /** The value if none is given. */
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
  /** The table in which names are looked up: the definitions of a package by name. */
  readonly among?: Readonly<Record<string, object>>
  /** An example of a value, as code, for error messages. */
  readonly example?: string
}

/** The description of an option, or its type alone: `'number'` is short for `{ type: 'number' }`. */
export type Field = FieldType | readonly FieldType[] | FieldDescription

/** The options of a class by name. */
export type FieldTable = Readonly<Record<string, Field>>

/** A description of every option of the config type `C`. Write `static readonly fields = {...} satisfies Fields<MyConfig>`. */
export type Fields<C> = { readonly [K in keyof Required<C>]: Field }

/** The config type that fields describe: `interface MyConfig extends ConfigOf<typeof fields> {}`. Null is an option that is not set. */
export type ConfigOf<F> = { readonly [K in keyof F as F[K] extends RequiredField ? K : never]: ConfigValue<F[K]> } & {
  readonly [K in keyof F as F[K] extends RequiredField ? never : K]?: ConfigValue<F[K]> | null
}

/** A function in place of an initializer, as in Keras; `key` is that of its random numbers. */
export type InitializerFunction = (shape: Shape, dtype: DType, key: Tensor) => Tensor

/** Instances of a kind. */
interface OfKindName<K extends string> {
  readonly kind: K
}

/** The type of `this.options`: the options with defaults filled in and names resolved. */
export type OptionsOf<F> = {
  readonly [K in keyof F]: F[K] extends RequiredField | { readonly default: {} }
    ? OptionValue<F[K]>
    : OptionValue<F[K]> | undefined
}

interface RequiredField {
  readonly required: true
}

// With a table, names of its definitions are accepted too.
type ConfigValue<D> = D extends { readonly among: infer T }
  ? PlainNames<T> | OptionValue<D> | FunctionFor<OptionValue<D>>
  : OptionValue<D>

// Keras takes functions in place of instances of these kinds.
type FunctionFor<V> =
  V extends OfKindName<'initializer'>
    ? InitializerFunction
    : V extends OfKindName<'regularizer' | 'constraint'>
      ? (x: Tensor) => Tensor
      : never

type OptionValue<D> = D extends { readonly oneOf: readonly (infer V)[] }
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
