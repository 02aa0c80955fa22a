import { ConfigError, callOf, describeValue, type LayerCall } from '@gradus/core'
import { SymbolicTensor } from '@gradus/tensor'

/**
 * Returns the inputs on which a symbolic tensor depends, in the order in which its calls meet them. Throws `ConfigError` for other
 * values. Keras: `utils.get_source_inputs`.
 *
 * @example
 * import { input } from '@gradus/core'
 * import { Concatenate, Dense } from '@gradus/layers'
 * import { getSourceInputs } from '@gradus/models'
 * const [a, b] = [input({ shape: [2] }), input({ shape: [3] })]
 * const joined = new Dense({ units: 1 }).call(new Concatenate().call([a, b]))
 * const sources = getSourceInputs(joined)
 * sources.length // => 2
 * sources[0] === a // => true
 */
export function getSourceInputs(tensor: SymbolicTensor): SymbolicTensor[] {
  if (!(tensor instanceof SymbolicTensor)) {
    throw new ConfigError(
      `getSourceInputs takes a symbolic tensor, such as the output of a model, and got ${describeValue(tensor)}.`,
    )
  }
  const found: SymbolicTensor[] = []
  const done = new Set<LayerCall>()
  // a stack instead of recursion: models may be deep
  const stack = [tensor]
  for (let next = stack.pop(); next; next = stack.pop()) {
    const call = callOf(next)
    if (done.has(call)) continue
    done.add(call)
    if (call.tensors.length === 0) found.push(...(call.results as SymbolicTensor[]))
    stack.push(...[...call.tensors].reverse())
  }
  return found
}
