import { schedule } from '@gradus/graph/kernels'
import { type Aval, avalOf, avalsOf, bodyOf, type Graph, paramsKey } from '@gradus/tensor'
import { type ProgramModule, programModule } from '../codegen/program-module.ts'
import type { Target } from '../codegen/tools.ts'
import type { CompiledGraph } from './program.ts'

/** So many programs are remembered; those that were not asked for the longest are forgotten. */
const remembered = 256

/**
 * Remembers what graphs were compiled to. Equal graphs come up whenever a model is made again; they differ in nothing but
 * the values of their constants.
 */
export class ProgramCache {
  private readonly known = new Map<string, CompiledGraph>()

  constructor(private readonly target: Target) {}

  get(graph: Graph): CompiledGraph {
    const key = keyOf(graph)
    let found = this.known.get(key)
    if (found) this.known.delete(key)
    else found = this.compile(graph)
    this.known.set(key, found)
    if (this.known.size > remembered) this.known.delete(this.known.keys().next().value!)
    return found
  }

  private compile(graph: Graph): CompiledGraph {
    const scheduled = schedule(graph)
    const module: ProgramModule = programModule(scheduled, this.target)
    const { plan } = scheduled
    const outputs = graph.outputs.map((value) => avalOf(graph, value))
    return { plan, outputs, module, code: new WebAssembly.Module(module.bytes) }
  }
}

/** Equal for graphs that compute the same from other inputs and constants. */
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
