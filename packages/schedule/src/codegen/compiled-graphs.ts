import { missingOp } from '@gradus/graph/internals'
import { type Aval, avalsOf, bodyOf, type Graph, paramsKey } from '@gradus/tensor/internals'
import { loweringOf } from '@gradus/tensor/lowering'

/** The number of compiled graphs that are kept. The least recently used one is dropped first. */
const maxKept = 256

/** A code generator. */
export interface CodeGenerator<T> {
  /** The name of the backend, for errors. */
  readonly name: string
  /** Whether there is code for an elementwise op, and for an opaque one. */
  hasElementwise(op: string): boolean
  hasOpaque(op: string): boolean
  compile(graph: Graph): T
}

/**
 * A cache of compiled graphs. A model that is built again yields equal graphs, which differ only in the values of their
 * constants.
 */
export class CompiledGraphs<T> {
  private readonly kept = new Map<string, T>()

  constructor(private readonly generator: CodeGenerator<T>) {}

  /** Throws `BackendError` for an op that the backend has no code for. */
  get(graph: Graph): T {
    const key = keyOf(graph)
    let found = this.kept.get(key)
    if (found) this.kept.delete(key)
    else {
      requireCode(graph, this.generator)
      found = this.generator.compile(graph)
    }
    this.kept.set(key, found)
    if (this.kept.size > maxKept) this.kept.delete(this.kept.keys().next().value!)
    return found
  }
}

function requireCode(graph: Graph, generator: CodeGenerator<unknown>): void {
  for (const { op, params } of graph.nodes) {
    const body = bodyOf(params)
    if (body) requireCode(body, generator)
    const kind = loweringOf(op)?.kind
    const isMissing =
      kind === undefined ||
      (op.elementwise && !generator.hasElementwise(op.name)) ||
      (kind === 'opaque' && !body && !generator.hasOpaque(op.name))
    if (isMissing) throw missingOp(generator.name, op)
  }
}

/** A key that is equal for graphs that differ only in the values of their constants. */
function keyOf({ inputs, constants, nodes, outputs, donated, repeatable }: Graph): string {
  const parts = [`${inputs.map(avalKey).join()}|${constants.map(avalKey).join()}`]
  for (const node of nodes) {
    const body = bodyOf(node.params)
    const params = body
      ? `${paramsKey({ ...(node.params as object), body: null })}{${keyOf(body)}}`
      : paramsKey(node.params)
    parts.push(`${node.op.name} ${node.inputs.join()} ${params} ${avalsOf(node).map(avalKey).join()}`)
  }
  parts.push(`${outputs.join()}|${donated.join()}|${repeatable === true}`)
  return parts.join('\n')
}

function avalKey({ shape, dtype }: Aval): string {
  return `${dtype}[${shape.join()}]`
}
