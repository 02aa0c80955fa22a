import {
  type BaseLayer,
  type CallSpec,
  callOf,
  type FunctionalSpec,
  Input,
  type LayerSpec,
  type ModelSpec,
  mapLeaves,
  type NodeSpec,
  type RefStructure,
  type Structure,
  type TensorRef,
  toData,
} from '@gradus/core'
import { SymbolicTensor } from '@gradus/tensor'
import type { Network } from './network.ts'

/** Returns the graph of a functional model as data. `inputs` and `outputs` have the structure in which the model takes them. */
export function functionalSpec(
  network: Network,
  inputs: Structure<SymbolicTensor>,
  outputs: Structure<SymbolicTensor>,
): Omit<FunctionalSpec, 'model'> {
  const refOf = (tensor: SymbolicTensor): TensorRef => {
    const call = callOf(tensor)
    return [network.nameOf(call.layer), network.callsOf(call.layer).indexOf(call), call.results.indexOf(tensor)]
  }
  const refsOf = (structure: Structure<SymbolicTensor>) =>
    mapLeaves(structure, (x) => refOf(x as SymbolicTensor)) as RefStructure
  const callsOf = (layer: BaseLayer): CallSpec[] =>
    network.callsOf(layer).map((call) => {
      const options = optionsData(call.options, refOf, layer.type)
      return { inputs: refsOf(call.inputs), ...(Object.keys(options).length > 0 && { options }) }
    })
  const layers = network.layers.map((layer): NodeSpec => {
    const calls = layer instanceof Input ? [] : callsOf(layer)
    const name = network.nameOf(layer)
    const spec = layer.toSpec() as LayerSpec | ModelSpec
    // a shared layer may have another name in another model
    return { name, spec: spec.sharedId === undefined ? { ...spec, name } : spec, calls }
  })
  return { layers, inputs: refsOf(inputs), outputs: refsOf(outputs) }
}

/** The options of a call as data, with tensors as `{ tensor: reference }`. */
function optionsData(
  options: object,
  refOf: (tensor: SymbolicTensor) => TensorRef,
  type: string,
): Record<string, unknown> {
  const plain = (value: unknown, path: string): unknown => {
    if (value instanceof SymbolicTensor) return { tensor: refOf(value) }
    if (Array.isArray(value)) return value.map((item, index) => plain(item, `${path}[${index}]`))
    return toData(value, path)
  }
  return Object.fromEntries(Object.entries(options).map(([key, value]) => [key, plain(value, `${type}.call: ${key}`)]))
}
