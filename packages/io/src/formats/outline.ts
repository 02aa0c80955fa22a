import { type BaseLayer, listVariables } from '@gradus/core'
import type { DType, Shape, SymbolicTensor } from '@gradus/tensor'

/** A tensor by its path, without its values. */
export interface TensorOutline {
  /** As in `WeightValue`. */
  readonly path: string
  readonly shape: Shape
  readonly dtype: DType
}

/** A weight of a layer, without its values. */
export interface WeightOutline extends TensorOutline {
  /** The path within the layer: `kernel`. */
  readonly key: string
  readonly trainable: boolean
}

/** The shape, with null for unknown sizes, and the dtype of a tensor between layers. */
interface SymbolicOutline {
  readonly shape: readonly (number | null)[]
  readonly dtype: string
}

/** A layer or a model with what is in it, for formats that store weights by layers. */
export interface LayerOutline {
  readonly type: string
  /** The name in the model or layer around it. */
  readonly name: string
  /** Whether it is a stack or a graph: `sublayers` are its layers, in the order in which Keras numbers them. */
  readonly isModel: boolean
  /** Whether it is a model that is a class with layers in its properties. */
  readonly isSubclass: boolean
  /** The weights of the layer itself, in Keras's order. */
  readonly weights: readonly WeightOutline[]
  /** Of a layer with matrices of low rank: the factor of their product. */
  readonly lowRankScale?: number
  /** Of a layer that weighs tokens by their inverse document frequency: the weights of all numbers in its output. */
  readonly idfWeights?: readonly number[]
  /** Of a model whose layers know their input shapes: the tensors that it takes, with null for the batch and for unknown sizes. */
  readonly inputs: readonly SymbolicOutline[]
  /** Of a functional model: the results of the calls of its layers, by the names of the layers. */
  readonly results: ReadonlyMap<string, readonly (readonly SymbolicOutline[])[]>
  /** The layers that it calls, by the names of `sublayers()`. A layer that several layers hold occurs in each of them. */
  readonly sublayers: readonly LayerOutline[]
}

/** A model without its values. */
export interface ModelOutline {
  readonly layers: LayerOutline
  /** The state of its optimizer, in the form in which it is saved; empty for a model that was not compiled. */
  readonly optimizer: readonly TensorOutline[]
  /** The spec of its optimizer, if it has one. */
  readonly optimizerSpec?: unknown
}

/** Describes a layer and what is in it. */
export function outlineOf(root: BaseLayer): LayerOutline {
  const byLayer = grouped(listVariables(root), ({ layer }) => layer)
  const visit = (layer: BaseLayer, name: string): LayerOutline => ({
    type: layer.type,
    name,
    ...formOf(layer),
    weights: (byLayer.get(layer) ?? []).map(({ path, key, trainable, value }) => ({
      path,
      key,
      trainable,
      shape: value.shape,
      dtype: value.dtype,
    })),
    ...lowRankOf(layer),
    ...idfWeightsOf(layer),
    ...networkOf(layer),
    sublayers: Object.entries(layer.sublayers()).map(([sublayerName, sublayer]) => visit(sublayer, sublayerName)),
  })
  return visit(root, (root as { readonly name?: string }).name ?? root.defaultName)
}

function lowRankOf(layer: BaseLayer): Pick<LayerOutline, 'lowRankScale'> {
  const { loraRank, loraAlpha } = (layer.options ?? {}) as { readonly loraRank?: unknown; readonly loraAlpha?: unknown }
  if (typeof loraRank !== 'number') return {}
  return { lowRankScale: typeof loraAlpha === 'number' ? loraAlpha / loraRank : 1 }
}

function idfWeightsOf(layer: BaseLayer): Pick<LayerOutline, 'idfWeights'> {
  const options = (layer.options ?? {}) as { readonly outputMode?: string; readonly padToMaxTokens?: boolean }
  if (options.outputMode !== 'tfIdf') return {}
  const { idfWeights: weights, maxTokens } = layer.toSpec() as {
    readonly idfWeights?: readonly number[]
    readonly maxTokens?: number
  }
  if (!weights || weights.length === 0) return {}
  const { vocabularySize = weights.length } = layer as { readonly vocabularySize?: number }
  const mean = weights.reduce((sum, weight) => sum + weight, 0) / weights.length
  const all = [...new Array<number>(vocabularySize - weights.length).fill(mean), ...weights]
  const padding = options.padToMaxTokens && maxTokens ? maxTokens - all.length : 0
  return { idfWeights: [...all, ...new Array<number>(Math.max(0, padding)).fill(0)] }
}

function formOf(layer: BaseLayer): Pick<LayerOutline, 'isModel' | 'isSubclass'> {
  if (!('layers' in layer && Array.isArray(layer.layers))) return { isModel: false, isSubclass: false }
  const isModel = layer.type === 'Sequential' || (layer as { readonly network?: unknown }).network !== undefined
  return { isModel, isSubclass: !isModel }
}

/** The part of a model that knows the calls of its layers. */
interface Network {
  readonly inputs: readonly SymbolicTensor[]
  readonly layers: readonly BaseLayer[]
  nameOf(layer: BaseLayer): string
  callsOf(layer: BaseLayer): readonly { readonly results: readonly SymbolicTensor[] }[]
}

function networkOf(layer: BaseLayer): Pick<LayerOutline, 'inputs' | 'results'> {
  const { network } = layer as { readonly network?: Network }
  if (!network) return { inputs: [], results: new Map() }
  const results = network.layers.map(
    (one) => [network.nameOf(one), network.callsOf(one).map((call) => call.results.map(symbolicOutline))] as const,
  )
  return { inputs: network.inputs.map(symbolicOutline), results: new Map(results) }
}

function symbolicOutline({ shape, dtype }: SymbolicTensor): SymbolicOutline {
  return { shape: shape.map((d) => (typeof d === 'number' ? d : null)), dtype }
}

function grouped<K, V>(values: readonly V[], keyOf: (value: V) => K): Map<K, V[]> {
  const groups = new Map<K, V[]>()
  for (const value of values) {
    const group = groups.get(keyOf(value))
    if (group) group.push(value)
    else groups.set(keyOf(value), [value])
  }
  return groups
}
