import { type SymbolicDType, SymbolicTensor, type Tree } from '@gradus/tensor'
import type { SymbolicSource } from '@gradus/tensor/internals'
import { ConfigError } from '../errors.ts'
import { leavesOf, mapLeaves, type Structure } from '../structure.ts'
import type { BaseLayer, CallOptions } from './base-layer.ts'
import { checkCallOptions } from './forward.ts'
import { inferCall, type SymbolicAval } from './infer.ts'

/** Records an operation on symbolic tensors as a call of a layer. */
export type Recorder = SymbolicSource['record']

/** One call of a layer in a functional model. */
export class LayerCall implements SymbolicSource {
  /** The outputs in the structure that `apply` returns. */
  readonly outputs: Structure<SymbolicTensor>
  /** The outputs in order. */
  readonly results: readonly SymbolicTensor[]
  /** The symbolic tensors among inputs and options, in order. */
  readonly tensors: readonly SymbolicTensor[]
  /** Records operations on the outputs. */
  readonly record: Recorder

  constructor(
    readonly layer: BaseLayer,
    /** Symbolic tensors, alone or in lists and plain objects. */
    readonly inputs: Structure<SymbolicTensor>,
    /** The other arguments; may hold symbolic tensors. */
    readonly options: CallOptions & object,
    avals: readonly SymbolicAval[],
    structure?: Tree,
    /** By default that of the inputs: calls without inputs, which are those of input layers, give one. */
    record?: Recorder,
  ) {
    this.tensors = symbolicIn([inputs, options])
    this.record = record ?? callOf(this.tensors[0]!).record
    this.results = avals.map(({ sizes, dtype }) => new SymbolicTensor(sizes, dtype, this))
    let next = 0
    this.outputs = structure
      ? (mapLeaves(structure, () => this.results[next++]) as Structure<SymbolicTensor>)
      : this.results[0]!
    const calls = recorded.get(layer)
    if (calls) calls.push(this)
    else recorded.set(layer, [this])
  }
}

// the calls of each layer on symbolic tensors
const recorded = new WeakMap<BaseLayer, LayerCall[]>()

/** The calls of a layer on symbolic tensors in all models, in order. */
export function callsOf(layer: BaseLayer): readonly LayerCall[] {
  return recorded.get(layer) ?? []
}

/** Removes the calls of layers, for a model that connects them again. */
export function forgetCalls(layers: readonly BaseLayer[]): void {
  for (const layer of layers) recorded.delete(layer)
}

/** The call of which a symbolic tensor is an output. */
export function callOf(x: SymbolicTensor): LayerCall {
  return x.source as LayerCall
}

/** Calls a layer on symbolic tensors: infers the shapes and records the call. Throws `ConfigError` for unknown options. */
export function callSymbolically(
  layer: BaseLayer,
  inputs: Structure<SymbolicTensor>,
  options: CallOptions & object,
): Structure<SymbolicTensor> {
  checkCallOptions(layer, options)
  if (!layer.takesStrings && leavesOf(inputs).some(({ dtype }) => (dtype as SymbolicDType) === 'string')) {
    throw new ConfigError(
      `${layer.type} takes numbers, and its input is strings. Put a layer that works on strings, such as StringLookup, before it.`,
    )
  }
  const { outputs, structure } = inferCall(layer, inputs, options)
  return new LayerCall(layer, inputs, options, outputs, structure).outputs
}

/** The symbolic tensors in a structure, in order. */
export function symbolicIn(value: unknown): SymbolicTensor[] {
  return leavesOf(value).filter((leaf) => leaf instanceof SymbolicTensor)
}
