import type { Tree } from '@gradus/tensor'
import { ConfigError } from '../errors.ts'

/** A layer. The class is not imported, because it imports this file. */
interface Applied {
  readonly type: string
  readonly apply: unknown
}

/**
 * Makes the method `apply` of a layer throw `ConfigError` if it is called without a scope, by a program rather than by `call`, and
 * reads the scope.
 */
export function explainApply(layer: Applied): void {
  const apply = layer.apply as ((inputs: Tree, scope: unknown) => Tree) | undefined
  if (typeof apply !== 'function') return // reported when the layer is called
  const value = (inputs: Tree, scope?: unknown): Tree => apply.call(layer, inputs, scope ?? missingScope(layer))
  // not enumerable, because sublayers are found among the enumerable properties
  Object.defineProperty(layer, 'apply', { value, configurable: true, writable: true })
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
