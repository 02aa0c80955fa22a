import type { Tree } from '@gradus/tensor'
import { refuseOverride } from '../config/own-methods.ts'
import { ConfigError } from '../errors.ts'

/** A layer. The class is not imported, because it imports this file. */
interface Applied {
  readonly type: string
  readonly apply: unknown
}

type Apply = (this: Applied, inputs: Tree, scope?: unknown) => Tree

const advice =
  "Write apply(x, scope) for Keras's call, and for its build init(rng, inputShape), which returns the parameters: they are scope.params in apply."

/** The methods that `explainApply` has made. */
const made = new WeakSet<Apply>()

/**
 * Makes the method `apply` of a layer's class throw `ConfigError` if it is called without a scope, by a program rather than by
 * `call`, and reads the scope. Throws at once for a class that overrides Keras's `call` or `build` in their place. The method is replaced where it is defined, so that classes still share the one they inherit.
 */
export function explainApply(layer: Applied): void {
  const apply = layer.apply as Apply | undefined
  refuseOverride(layer, 'call', 'apply', 'callAll', advice)
  if (apply) refuseOverride(layer, 'build', 'init', 'callAll', advice)
  // a missing method is reported when the layer is called
  if (typeof apply !== 'function' || made.has(apply)) return
  let owner: object = layer
  while (!Object.hasOwn(owner, 'apply')) owner = Object.getPrototypeOf(owner) as object
  const explains: Apply = function (inputs, scope) {
    return apply.call(this, inputs, scope ?? missingScope(this))
  }
  made.add(explains)
  Object.defineProperty(owner, 'apply', { value: explains, configurable: true, writable: true })
}

function missingScope({ type }: Applied): object {
  const get = () => {
    throw new ConfigError(
      `${type}.apply was called without a scope. A program calls a layer with call, as in layer.call(x), and a layer ` +
        'calls another with scope.call(layer, x).',
    )
  }
  return new Proxy({}, { get })
}
