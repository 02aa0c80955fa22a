import { type Operation, type SymbolicDType, SymbolicTensor, type Tree } from '@gradus/tensor'
import type { SymbolicSource } from '@gradus/tensor/internals'
import { ConfigError } from '../errors.ts'
import { leavesOf, mapLeaves, type Structure } from '../structure.ts'
import type { BaseLayer, CallOptions } from './base-layer.ts'
import { checkCallOptions } from './forward.ts'
import { inferCall, type SymbolicAval } from './infer.ts'
import { OperationLayer } from './operation-layer.ts'

/** One call of a layer in a functional model. */
export class LayerCall implements SymbolicSource {
  /** What the call gives, in the structure that `apply` returns. */
  readonly outputs: Structure<SymbolicTensor>
  /** The outputs in order. */
  readonly results: readonly SymbolicTensor[]
  /** The symbolic tensors among inputs and options, in order. */
  readonly tensors: readonly SymbolicTensor[]

  constructor(
    readonly layer: BaseLayer,
    /** Symbolic tensors, alone or in lists and plain objects. */
    readonly inputs: Structure<SymbolicTensor>,
    /** What else the layer was given; may hold symbolic tensors. */
    readonly options: CallOptions & object,
    avals: readonly SymbolicAval[],
    structure?: Tree,
  ) {
    this.tensors = symbolicIn([inputs, options])
    this.results = avals.map(({ sizes, dtype }) => new SymbolicTensor(sizes, dtype, this))
    let next = 0
    this.outputs = structure
      ? (mapLeaves(structure, () => this.results[next++]) as Structure<SymbolicTensor>)
      : this.results[0]!
    const calls = recorded.get(layer)
    if (calls) calls.push(this)
    else recorded.set(layer, [this])
  }

  record(operation: (...args: never) => unknown, args: readonly unknown[]): Structure<SymbolicTensor> {
    const tensors = args.flatMap(symbolicIn)
    let next = 0
    const mark = (x: unknown) => (x instanceof SymbolicTensor ? { input: next++ } : x)
    const marked = args.map((arg) => mapLeaves(arg, mark))
    const layer = new OperationLayer({ operation: operation as Operation, args: marked })
    return callSymbolically(layer, tensors, {})
  }
}

// The calls of each layer on symbolic tensors, for as long as it lives.
const recorded = new WeakMap<BaseLayer, LayerCall[]>()

/** The calls of a layer on symbolic tensors, in whatever models, in order. */
export function callsOf(layer: BaseLayer): readonly LayerCall[] {
  return recorded.get(layer) ?? []
}

/** Forgets the calls of layers, for a model that is put together again. */
export function forgetCalls(layers: readonly BaseLayer[]): void {
  for (const layer of layers) recorded.delete(layer)
}

/** The call that a symbolic tensor comes from. */
export function callOf(x: SymbolicTensor): LayerCall {
  return x.source as LayerCall
}

/** Calls a layer on symbolic tensors: works out the shapes and remembers the call. */
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

function symbolicIn(value: unknown): SymbolicTensor[] {
  return leavesOf(value).filter((leaf) => leaf instanceof SymbolicTensor)
}
