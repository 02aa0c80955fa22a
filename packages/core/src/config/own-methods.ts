import { Tensor } from '@gradus/tensor'
import { ConfigError } from '../errors.ts'
import { describeValue } from './describe.ts'

/** An instance of a class with a kind and a name. */
interface OfClass {
  readonly kind: string
  readonly type: string
}

/**
 * Throws `ConfigError` if an instance lacks a method that each class of its kind defines, such as `apply(x, scope)`. Plain
 * JavaScript does not check it. `keras` is the name of the method in Keras.
 *
 * @example
 * import { requireMethod } from '@gradus/core'
 * import { Dense } from '@gradus/layers'
 * requireMethod(new Dense({ units: 2 }), 'apply(x, scope)', 'call')
 */
export function requireMethod(instance: OfClass, signature: string, keras: string): void {
  const name = signature.slice(0, signature.indexOf('('))
  if (typeof (instance as unknown as Readonly<Record<string, unknown>>)[name] === 'function') return
  const { kind, type } = instance
  throw new ConfigError(`${type} has no method ${signature}, which every ${kind} defines (in Keras it is ${keras}).`)
}

/**
 * Throws `ConfigError` for a class that overrides `keras`, a method which training does not call, and not `own`, which it calls in
 * place of that method. `base` is a method of the base class alone, where the search ends.
 */
export function refuseOverride(instance: object, keras: string, own: string, base: string, advice: string): void {
  let level = Object.getPrototypeOf(instance) as object | null
  for (; level && !Object.hasOwn(level, own) && !Object.hasOwn(level, base); level = Object.getPrototypeOf(level)) {
    if (!Object.hasOwn(level, keras)) continue
    throw new ConfigError(`The class ${level.constructor.name} has a method ${keras} and no ${own}. ${advice}`)
  }
}

/**
 * Returns the result of a method as a tensor. Throws `TypeError`, which names the method, for other results.
 *
 * @example
 * import { tensorFrom } from '@gradus/core'
 * import { tensor } from '@gradus/tensor'
 * tensorFrom('Mine.compute', tensor(2)).item() // => 2
 */
export function tensorFrom(method: string, result: unknown): Tensor {
  if (result instanceof Tensor) return result
  throw wrongResult(method, result, 'a tensor')
}

/**
 * An error for a method that returned something else than it should.
 *
 * @example
 * import { wrongResult } from '@gradus/core'
 * wrongResult('Mine.apply', 3, 'a tensor').message // => 'Mine.apply returned 3; expected a tensor.'
 */
export function wrongResult(method: string, result: unknown, expected: string): TypeError {
  const promised = typeof (result as { then?: unknown } | undefined)?.then === 'function'
  const got = promised ? 'a promise' : result instanceof Tensor ? 'a tensor' : describeValue(result)
  const advice = promised ? ' It cannot be async.' : result === undefined ? ' Is `return` missing?' : ''
  return new TypeError(`${method} returned ${got}; expected ${expected}.${advice}`)
}
