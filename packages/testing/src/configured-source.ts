/** A class, or a function that makes an instance. */
export type Source<T> = (new (config: never) => T) | (new () => T) | (() => T)

/** The config that a class takes. */
export type ConfigOf<S> = S extends new (...args: infer A) => unknown ? NonNullable<A[0]> : never

/** An instance from a class and a config, or from a function. Classes are told from functions by their prototype. */
export function instanceOf<T>(source: Source<T>, config: object | undefined): T {
  const own = source.prototype as object | undefined
  const isClass =
    typeof own === 'object' &&
    (Object.getPrototypeOf(own) !== Object.prototype || Object.getOwnPropertyNames(own).length > 1)
  return isClass ? new (source as new (config?: object) => T)(config) : (source as () => T)()
}
