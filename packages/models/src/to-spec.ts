import {
  type CallSpec,
  type FunctionalSpec,
  Input,
  type Layer,
  type LayerSpec,
  type ModelSpec,
  type NodeSpec,
  type SequentialSpec,
  type SymbolicShape,
  type SymbolicTensor,
  specOf,
  type TensorRef,
} from '@gradus/core'
import type { Network } from './network.ts'

/** A model's own options that belong to its data form. */
interface ModelOptions {
  readonly name?: string
  readonly seed?: number
}

/** A stack of layers as data; the input's shape, where known, comes first. */
export function sequentialSpec(
  options: ModelOptions,
  stack: readonly Layer[],
  inputShape: SymbolicShape | undefined,
): SequentialSpec {
  const known = stack[0] instanceof Input || stack[0]?.config.inputShape
  const entry =
    !known && inputShape
      ? [specOf(new Input({ shape: inputShape, inputDtype: stack[0]!.inputDType })) as LayerSpec]
      : []
  return { model: 'Sequential', ...own(options), layers: [...entry, ...stack.map((layer) => layerSpec(layer))] }
}

/** A graph of layers as data. */
export function functionalSpec(options: ModelOptions, network: Network): FunctionalSpec {
  const callsOf = (layer: Layer) => network.calls.filter((call) => call.layer === layer)
  const refOf = (tensor: SymbolicTensor): TensorRef => {
    const { layer, outputs } = tensor.source
    return [network.nameOf(layer), callsOf(layer).indexOf(tensor.source), outputs.indexOf(tensor)]
  }
  const layers = network.layers.map((layer): NodeSpec => {
    const calls =
      layer instanceof Input
        ? []
        : callsOf(layer).map(({ inputs, many }): CallSpec => ({ inputs: inputs.map(refOf), many }))
    return { name: network.nameOf(layer), spec: layerSpec(layer), calls }
  })
  return {
    model: 'Functional',
    ...own(options),
    layers,
    inputs: network.inputs.map(refOf),
    outputs: network.outputs.map(refOf),
  }
}

function layerSpec(layer: Layer): LayerSpec | ModelSpec {
  if ('toSpec' in layer) return (layer as Layer & { toSpec(): ModelSpec }).toSpec()
  const spec = specOf(layer) as LayerSpec
  const { trainable } = layer
  return trainable === (layer.config.trainable ?? true) ? spec : { ...spec, trainable }
}

function own({ name, seed }: ModelOptions): ModelOptions {
  return { ...(name !== undefined && { name }), ...(seed !== undefined && { seed }) }
}
