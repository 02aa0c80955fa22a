import {
  type BaseLayer,
  ConfigError,
  inputShapesOf,
  isPlainObject,
  type LayerTrees,
  leavesOf,
  mapLeaves,
  readVariables,
  type Structure,
  statelessCall,
} from '@gradus/core'
import { simplify, trace } from '@gradus/graph'
import {
  type DType,
  formatShape,
  type SymbolicDType,
  type SymbolicShape,
  type SymbolicTensor,
  Tensor,
  type Tree,
  treeLeaves,
} from '@gradus/tensor'
import { type Graph, numberingOf } from '@gradus/tensor/internals'

/** A model that can be traced: a `Sequential`, a functional or a subclassed `Model`. */
export interface InferenceModel extends BaseLayer {
  build(): unknown
  readonly network?:
    | { readonly inputs: readonly SymbolicTensor[]; readonly outputs: readonly SymbolicTensor[] }
    | undefined
  readonly inputs: Structure<SymbolicTensor>
  readonly outputs: Structure<SymbolicTensor>
  readonly inputNames: readonly string[]
  readonly outputNames: readonly string[]
  /** What turns rows of a table into inputs, as `@gradus/tables` saves it with a model. */
  readonly table?: Readonly<Record<string, unknown>>
}

/** An input or an output of a graph of inference. */
export interface Port {
  readonly name: string
  /** The shape of one sample, without the batch. */
  readonly shape: readonly number[]
  readonly dtype: DType
}

/** What a model computes in inference for one sample. */
export interface InferenceGraph {
  /** Primitives only. The inputs and outputs have a batch of 1. */
  readonly graph: Graph
  readonly inputs: readonly Port[]
  readonly outputs: readonly Port[]
}

/** Options of `inferenceGraph`. */
export interface InferenceGraphOptions {
  /**
   * The shape of one sample, for a model that does not know all sizes: of the only input, or of all inputs by name. Sizes that the
   * model knows must be the same.
   */
  readonly inputShape?: readonly number[] | Readonly<Record<string, readonly number[]>>
}

interface Ends {
  readonly inputs: readonly Port[]
  readonly outputNames: readonly string[]
  /** The inputs in the structure in which the model takes them. */
  structured(tensors: readonly Tensor[]): Tree
}

/**
 * Returns the graph of a model's inference for one sample, with the weights as constants. Throws `ConfigError` for a model of which
 * a size is not known, for one that takes strings, and for one that keeps state between calls.
 *
 * @example
 * import { cpu } from '@gradus/backend-cpu'
 * import { inferenceGraph } from '@gradus/export-js'
 * import { Dense } from '@gradus/layers'
 * import { Sequential } from '@gradus/models'
 * import { useBackend } from '@gradus/tensor'
 * await useBackend(cpu())
 * const model = new Sequential([new Dense({ units: 2, inputShape: [3] })])
 * const { graph } = inferenceGraph(model)
 * graph.nodes.some(({ op }) => op.name === 'matmul') // => true
 */
export function inferenceGraph(model: InferenceModel, options: InferenceGraphOptions = {}): InferenceGraph {
  const traced = traceInference(model, options)
  return { ...traced, graph: simplify(traced.graph) }
}

/**
 * Like `inferenceGraph`, but the graph has the primitives as the layers apply them. `within` runs the model's call; it may install an
 * interpreter above the tracer.
 *
 * @example
 * import { cpu } from '@gradus/backend-cpu'
 * import { traceInference } from '@gradus/export-js'
 * import { Dense } from '@gradus/layers'
 * import { Sequential } from '@gradus/models'
 * import { useBackend } from '@gradus/tensor'
 * await useBackend(cpu())
 * const model = new Sequential([new Dense({ units: 2, inputShape: [3] })])
 * const { outputs } = traceInference(model)
 * outputs[0].shape // => [2]
 */
export function traceInference(
  model: InferenceModel,
  options: InferenceGraphOptions = {},
  within: <T>(call: () => T) => T = (call) => call(),
): InferenceGraph {
  model.build()
  const { inputs, outputNames, structured } = endsOf(model, options)
  const given = inputs.map(({ shape, dtype }) => new Tensor({ shape: [1, ...shape], dtype }))
  const variables = readVariables(model)
  const before = new Set(treeLeaves(variables.state as unknown as Tree))
  const { graph } = trace(
    (tensors: readonly Tensor[]) => {
      const { outputs, state } = within(() => statelessCall(model, variables, structured(tensors)))
      requireSameState(state, before)
      return treeLeaves(outputs)
    },
    [given],
  )
  const names = distinct(graph.outputs.map((_, index) => outputNames[index] ?? `output_${index + 1}`))
  const outputs = graph.outputs.map((value, index): Port => {
    const { shape, dtype } = numberingOf(graph).avals[value]!
    return { name: names[index]!, shape: shape.slice(1), dtype }
  })
  return { graph, inputs, outputs }
}

/** The names with a number after those that occur again: the outputs of one layer have one name. */
function distinct(names: readonly string[]): string[] {
  const made: string[] = []
  for (const name of names) {
    let number = 0
    while (made.includes(number === 0 ? name : `${name}_${number}`)) number++
    made.push(number === 0 ? name : `${name}_${number}`)
  }
  return made
}

/** Throws `ConfigError` where a layer has a new state after the call. */
function requireSameState(state: LayerTrees, before: ReadonlySet<Tensor>): void {
  const changed = Object.entries(state).find(([, tree]) => treeLeaves(tree as Tree).some((leaf) => !before.has(leaf)))
  if (!changed) return
  throw new ConfigError(
    `The layer '${changed[0]}' keeps state from one call to the next, so a function of the inputs alone cannot do what the model does. Make it with stateful: false.`,
  )
}

function endsOf(model: InferenceModel, options: InferenceGraphOptions): Ends {
  const { network } = model
  if (!network) return endsOfSubclass(model, options)
  const inputs = network.inputs.map((tensor, index): Port => {
    const name = model.inputNames[index]!
    return { name, shape: sampleShape(name, tensor.shape, options), dtype: deviceDType(name, tensor.dtype) }
  })
  const outputNames = leavesOf(model.outputs).map(
    (leaf) => model.outputNames[network.outputs.indexOf(leaf as SymbolicTensor)]!,
  )
  const structured = (tensors: readonly Tensor[]) =>
    mapLeaves(model.inputs, (leaf) => tensors[network.inputs.indexOf(leaf as SymbolicTensor)]) as Tree
  return { inputs, outputNames, structured }
}

/** The inputs of a model that is code: those of its first call. */
function endsOfSubclass(model: InferenceModel, options: InferenceGraphOptions): Ends {
  const known = inputShapesOf(model)['']
  if (known === undefined) {
    throw new ConfigError(
      `The shapes of the inputs of ${model.type} are not known, because it was never called. Call it once, or load it from a file.`,
    )
  }
  const dtype = deviceDType('x', model.inputDType)
  const shapes: { name: string; shape: SymbolicShape }[] = []
  const visit = (value: unknown, name: string): unknown => {
    if (Array.isArray(value) && value.every((size) => size === null || typeof size === 'number')) {
      shapes.push({ name, shape: value as SymbolicShape })
      return shapes.length - 1
    }
    if (Array.isArray(value)) return value.map((part, index) => visit(part, `input_${index + 1}`))
    if (!isPlainObject(value)) throw new ConfigError(`The shapes of the inputs of ${model.type} are not known.`)
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, visit(part, key)]))
  }
  const places = visit(known, 'x')
  const filled = (place: unknown, tensors: readonly Tensor[]): unknown => {
    if (typeof place === 'number') return tensors[place]
    if (Array.isArray(place)) return place.map((part) => filled(part, tensors))
    return Object.fromEntries(Object.entries(place as object).map(([key, part]) => [key, filled(part, tensors)]))
  }
  const inputs = shapes.map(({ name, shape }): Port => ({ name, shape: sampleShape(name, shape, options), dtype }))
  return { inputs, outputNames: [], structured: (tensors) => filled(places, tensors) as Tree }
}

function deviceDType(name: string, dtype: SymbolicDType): DType {
  if (dtype !== 'string') return dtype
  throw new ConfigError(
    `The input '${name}' takes strings, which are converted on the host. Take the layers that read strings out of the model, and prepare their values before.`,
  )
}

/** The shape of a sample with all sizes. Throws `ConfigError` for a size that is neither known nor given. */
function sampleShape(name: string, [batch, ...sizes]: SymbolicShape, { inputShape }: InferenceGraphOptions): number[] {
  if (typeof batch === 'number' && batch !== 1) {
    throw new ConfigError(
      `The input '${name}' has the batch size ${batch} fixed, and here the model is used for one sample at a time. Make it without batchSize.`,
    )
  }
  const given = Array.isArray(inputShape)
    ? inputShape
    : (inputShape as Record<string, readonly number[]> | undefined)?.[name]
  const fits =
    given && given.length === sizes.length && sizes.every((size, axis) => size === null || size === given[axis])
  if (given && !fits) {
    throw new ConfigError(
      `inputShape is ${formatShape(given)} for the input '${name}', which has the shape ${shown(sizes)} for one sample.`,
    )
  }
  if (given) return [...given]
  if (sizes.every((size) => size !== null)) return sizes as number[]
  throw new ConfigError(
    `The input '${name}' has the shape ${shown(sizes)} for one sample, and null stands for a size that is not known. Give all sizes with inputShape, such as ${formatShape(sizes.map((size) => size ?? 16))}.`,
  )
}

function shown(sizes: readonly (number | null)[]): string {
  return `[${sizes.map(String).join(', ')}]`
}
