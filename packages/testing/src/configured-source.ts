/** A class, or a function that makes an instance. */
export type Source<T> = (new (config: never) => T) | (new () => T) | (() => T)

/** The config that a class takes. */
export type ConfigOf<S> = S extends new (...args: infer A) => unknown ? NonNullable<A[0]> : never

/** Makes an instance, from a class and a config or with a function. Classes are recognized by their prototype. */
export function instanceOf<T>(source: Source<T>, config: object | undefined): T {
  const prototype = source.prototype as object | undefined
  const isClass =
    typeof prototype === 'object' &&
    (Object.getPrototypeOf(prototype) !== Object.prototype || Object.getOwnPropertyNames(prototype).length > 1)
  return isClass ? new (source as new (config?: object) => T)(config) : (source as () => T)()
}
