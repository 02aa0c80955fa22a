import type { DType, SymbolicShape } from '@gradus/tensor'

/**
 * Models as plain data: what `toSpec` gives, what `fromSpec` takes, what model files hold, and what Keras's configs are
 * translated to. Everything here survives JSON.
 */
export type ModelSpec = SequentialSpec | FunctionalSpec

/** A layer as data: its type under `layer`, then its options, with specs nested in them. */
export interface LayerSpec {
  readonly layer: string
  readonly name?: string
  readonly [option: string]: unknown
}

/** A stack of layers, of which some may be models in turn. The shape of a sample is an `Input` at the start. */
export interface SequentialSpec {
  readonly model: 'Sequential'
  readonly name?: string
  readonly trainable?: boolean
  readonly layers: readonly (LayerSpec | ModelSpec)[]
}

/** One output of one call of a layer: the layer's name, the call's index in `calls`, the output's index. */
export type TensorRef = readonly [layerName: string, callIndex: number, outputIndex: number]

/** References, alone or in lists and plain objects, in the place of tensors. */
export type RefStructure = TensorRef | readonly RefStructure[] | { readonly [key: string]: RefStructure }

/** One call of a layer in a functional model. */
export interface CallSpec {
  readonly inputs: RefStructure
  /** What else the call is given, such as `training`; `{ tensor: [name, 0, 0] }` stands for a tensor. */
  readonly options?: { readonly [name: string]: unknown }
}

/** A layer of a functional model with every call of it. An `Input` has no calls; its tensor is `[name, 0, 0]`. */
export interface NodeSpec {
  readonly name: string
  readonly spec: LayerSpec | ModelSpec
  readonly calls: readonly CallSpec[]
}

/**
 * A graph of layers. Each occurs once, in the order of first calls. A shared layer has several calls, and a later one may use
 * what layers further down the list give; calls that refer to one another in a circle are an error.
 */
export interface FunctionalSpec {
  readonly model: 'Functional'
  readonly name?: string
  readonly trainable?: boolean
  readonly layers: readonly NodeSpec[]
  readonly inputs: RefStructure
  readonly outputs: RefStructure
}

/** The spec of the entry of a model. */
export interface InputSpec extends LayerSpec {
  readonly layer: 'Input'
  readonly shape: SymbolicShape
  readonly dtype?: DType
}

/** Whether data is the spec of a model rather than of a layer. */
export function isModelSpec(spec: object): spec is ModelSpec {
  return 'model' in spec
}

/**
 * Whether `value` is one reference rather than a list of references: `['dense', 0, 0]`, not `[['dense', 0, 0]]`.
 *
 * @example
 * import { isTensorRef } from '@gradus/core'
 * isTensorRef(['dense', 0, 0]) // => true
 */
export function isTensorRef(value: unknown): value is TensorRef {
  return Array.isArray(value) && value.length === 3 && typeof value[0] === 'string'
}
