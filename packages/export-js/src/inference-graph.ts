import { ConfigError, type LayerTrees, readVariables, statelessCall } from '@gradus/core'
import { simplify, trace } from '@gradus/graph'
import { Tensor, type Tree, treeLeaves } from '@gradus/tensor'
import { type Graph, numberingOf } from '@gradus/tensor/internals'
import { endsOf } from './inference-ends.ts'
import type { InferenceGraphOptions, InferenceModel, Port } from './inference-model.ts'

/** What a model computes in inference for one sample. */
export interface InferenceGraph {
  /** Primitives only. The inputs and outputs have a batch of 1. */
  readonly graph: Graph
  readonly inputs: readonly Port[]
  readonly outputs: readonly Port[]
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
