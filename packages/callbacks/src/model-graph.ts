import { type BaseLayer, type CallbackModel, joinBytes, type LayerCall } from '@gradus/core'
import type { SymbolicTensor } from '@gradus/tensor'
import { bytesField, wholeField } from './protobuf.ts'

/** The calls of the layers of a functional model. */
interface Calls {
  readonly inputs: readonly SymbolicTensor[]
  readonly outputs: readonly SymbolicTensor[]
  readonly calls: readonly LayerCall[]
  nameOf(layer: BaseLayer): string
}

interface Node {
  readonly name: string
  readonly type: string
  /** The names of the outputs of other nodes. */
  readonly inputs: readonly string[]
  readonly results: readonly SymbolicTensor[]
}

/**
 * Returns the layers of a model as a message `GraphDef` (tensorboard/compat/proto/graph.proto): a node for each call of a layer,
 * with its class and output shapes; models within the model are groups. Undefined for a model that is no graph of layers.
 */
export function graphOf(model: CallbackModel): Uint8Array | undefined {
  const calls = callsIn(model)
  if (!calls) return undefined
  const nodes: Node[] = []
  addNodes(calls, '', undefined, nodes)
  return joinBytes([...nodes.map((node) => bytesField(1, nodeDef(node))), bytesField(4, wholeField(1, producer))])
}

/** The version of graphs of TensorFlow 2. */
const producer = 22

function callsIn(model: object): Calls | undefined {
  return (model as { readonly network?: Calls }).network
}

/** Adds the nodes of a model. `given` are the names of its inputs in an outer model. Returns the names of its outputs. */
function addNodes(model: Calls, scope: string, given: readonly string[] | undefined, nodes: Node[]): readonly string[] {
  const names = new Map<SymbolicTensor, string>()
  const used = new Map<string, number>()
  if (given) for (const [index, input] of model.inputs.entries()) names.set(input, given[index] ?? '')
  for (const { layer, tensors, results } of model.calls) {
    if (results.every((result) => names.has(result))) continue
    const own = scope + model.nameOf(layer)
    const calls = used.get(own) ?? 0
    used.set(own, calls + 1)
    // a layer that is called again gets another name
    const name = calls === 0 ? own : `${own}_${calls}`
    const inputs = tensors.map((tensor) => names.get(tensor) ?? '').filter((input) => input !== '')
    const inner = callsIn(layer)
    if (!inner) nodes.push({ name, type: layer.type, inputs, results })
    const outputs = inner ? addNodes(inner, `${name}/`, inputs, nodes) : undefined
    results.forEach((result, index) => {
      names.set(result, outputs?.[index] ?? (index === 0 ? name : `${name}:${index}`))
    })
  }
  return model.outputs.map((output) => names.get(output) ?? '')
}

function nodeDef({ name, type, inputs, results }: Node): Uint8Array {
  const shapes = results.map(({ shape }) =>
    bytesField(7, ...shape.map((size) => bytesField(2, wholeField(1, size ?? -1)))),
  )
  const outputShapes = joinBytes([bytesField(1, '_output_shapes'), bytesField(2, bytesField(1, ...shapes))])
  return joinBytes([
    bytesField(1, name),
    bytesField(2, type),
    ...inputs.map((input) => bytesField(3, input)),
    bytesField(5, outputShapes),
  ])
}
