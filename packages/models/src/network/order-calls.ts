import { type BaseLayer, ConfigError, callOf, type LayerCall } from '@gradus/core'
import type { SymbolicTensor } from '@gradus/tensor'

/** The calls between inputs and outputs in topological order, and their layers in Keras's order. */
export interface CallOrder {
  readonly calls: readonly LayerCall[]
  readonly layers: readonly BaseLayer[]
}

/**
 * Finds the calls that outputs depend on, back to the inputs. Throws `ConfigError` if an output depends on an input that is not
 * listed.
 */
export function orderCalls(inputs: readonly SymbolicTensor[], outputs: readonly SymbolicTensor[]): CallOrder {
  const inputSet = new Set(inputs)
  const calls: LayerCall[] = []
  const done = new Set<LayerCall>()
  const firstMet = new Map<BaseLayer, number>()
  const note = (layer: BaseLayer) => firstMet.has(layer) || firstMet.set(layer, firstMet.size)
  // depth first, with a stack instead of recursion: models may be deep
  const visit = (output: SymbolicTensor): void => {
    const stack: { readonly call: LayerCall; readonly sources: SymbolicTensor[] }[] = []
    const enter = (tensor: SymbolicTensor) => {
      const call = callOf(tensor)
      if (done.has(call)) return
      done.add(call)
      note(call.layer)
      if (!inputSet.has(tensor) && call.tensors.length === 0) throw unlistedInput(call)
      stack.push({ call, sources: inputSet.has(tensor) ? [] : [...call.tensors].reverse() })
    }
    enter(output)
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const source = top.sources.pop()
      if (source) enter(source)
      else calls.push(stack.pop()!.call)
    }
  }
  outputs.forEach(visit)
  for (const input of inputs) {
    const call = callOf(input)
    note(call.layer)
    if (!done.has(call)) calls.push(call)
  }
  return { calls, layers: layersByDepth(calls, inputSet, firstMet) }
}

function unlistedInput({ layer }: LayerCall): ConfigError {
  const { name } = layer.config as { readonly name?: string }
  return new ConfigError(
    `An output depends on ${name === undefined ? 'an input' : `the input '${name}'`} that is not among the inputs of the model. List every input() in \`inputs\`.`,
  )
}

/** Sorts layers by their distance from the outputs, the farthest first; ties in the order in which they were first met. */
function layersByDepth(
  calls: readonly LayerCall[],
  inputs: ReadonlySet<SymbolicTensor>,
  firstMet: ReadonlyMap<BaseLayer, number>,
): BaseLayer[] {
  const depths = new Map<LayerCall, number>()
  const layerDepths = new Map<BaseLayer, number>()
  for (const call of [...calls].reverse()) {
    const depth = Math.max(depths.get(call) ?? 0, layerDepths.get(call.layer) ?? 0)
    layerDepths.set(call.layer, depth)
    if (call.results.some((result) => inputs.has(result))) continue
    for (const source of call.tensors.map(callOf)) {
      depths.set(source, Math.max(depth + 1, depths.get(source) ?? 0))
    }
  }
  return [...layerDepths.keys()].sort(
    (a, b) => layerDepths.get(b)! - layerDepths.get(a)! || firstMet.get(a)! - firstMet.get(b)!,
  )
}
