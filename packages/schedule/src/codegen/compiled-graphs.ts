import { type Aval, avalsOf, bodyOf, type Graph, paramsKey } from '@gradus/tensor'

/** So many programs are remembered; those that were not asked for the longest are forgotten. */
const remembered = 256

/**
 * Remembers what graphs were compiled to. Equal graphs come up whenever a model is made again; they differ in nothing but
 * the values of their constants.
 */
export class ProgramCache<T> {
  private readonly known = new Map<string, T>()

  constructor(private readonly compile: (graph: Graph) => T) {}

  get(graph: Graph): T {
    const key = keyOf(graph)
    let found = this.known.get(key)
    if (found) this.known.delete(key)
    else found = this.compile(graph)
    this.known.set(key, found)
    if (this.known.size > remembered) this.known.delete(this.known.keys().next().value!)
    return found
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
