import type { DType, SymbolicShape } from '@gradus/tensor'

/**
 * A model as plain data that can be written as JSON: the result of `toSpec` and the argument of `fromSpec`, also stored in model
 * files. Configs of Keras are translated to it.
 */
export type ModelSpec = SequentialSpec | FunctionalSpec

/** A layer as data: its type under `layer`, then its options, with specs nested in them. */
export interface LayerSpec {
  readonly layer: string
  readonly name?: string
  /** Specs with the same number are one layer, which several layers of the model hold. */
  readonly sharedId?: number
  readonly [option: string]: unknown
}

/** A stack of layers and models. The shape of a sample is given by an `Input` as the first layer. */
export interface SequentialSpec {
  readonly model: 'Sequential'
  readonly name?: string
  readonly trainable?: boolean
  /** As in `LayerSpec`. */
  readonly sharedId?: number
  readonly layers: readonly (LayerSpec | ModelSpec)[]
}

/** One output of one call of a layer: the layer's name, the call's index in `calls`, the output's index. */
export type TensorRef = readonly [layerName: string, callIndex: number, outputIndex: number]

/** A structure of tensors with references instead of the tensors: one reference, or lists and plain objects of them. */
export type RefStructure = TensorRef | readonly RefStructure[] | { readonly [key: string]: RefStructure }

/** One call of a layer in a functional model. */
export interface CallSpec {
  readonly inputs: RefStructure
  /** The other arguments of the call, such as `training`; a tensor is written as `{ tensor: [name, 0, 0] }`. */
  readonly options?: { readonly [name: string]: unknown }
  /**
   * Only for calls that Keras saved with more than their inputs: the positional arguments after the inputs. The layer's class
   * names them (`callArguments`) and says which options have their defaults (`callDefaults`).
   */
  readonly args?: readonly unknown[]
}

/** A layer of a functional model with all calls of it. An `Input` has no calls; its tensor is `[name, 0, 0]`. */
export interface NodeSpec {
  readonly name: string
  readonly spec: LayerSpec | ModelSpec
  readonly calls: readonly CallSpec[]
}

/**
 * A graph of layers. Each layer occurs once, in the order of the first calls. A shared layer has several calls, and the later
 * ones may use outputs of layers further down the list. Calls that depend on one another in a circle are an error.
 */
export interface FunctionalSpec {
  readonly model: 'Functional'
  readonly name?: string
  readonly trainable?: boolean
  /** As in `LayerSpec`. */
  readonly sharedId?: number
  readonly layers: readonly NodeSpec[]
  readonly inputs: RefStructure
  readonly outputs: RefStructure
}

/** The spec of an `Input`. */
export interface InputSpec extends LayerSpec {
  readonly layer: 'Input'
  readonly shape: SymbolicShape
  readonly dtype?: DType
}

/** Whether a spec is that of a model rather than that of a layer. */
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
