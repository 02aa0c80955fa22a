import { formatShape } from '@gradus/tensor'
import { type Aval, avalsOf, bodyOf, type Graph, numberingOf } from '@gradus/tensor/internals'
import { formatParams } from './format-params.ts'

/**
 * The graph as text, one node per line: `%3 float32[2, 4] = matmul(%0, %1) {"transposeA":false}`. Inputs that the program
 * may overwrite are marked `donated`. The body of a loop follows it, indented and with its own numbers.
 */
export function printGraph(graph: Graph): string {
  const lines: string[] = []
  graph.inputs.forEach((aval, index) =>
    lines.push(`%${index} ${describe(aval)} = input${graph.donated.includes(index) ? ' donated' : ''}`),
  )
  graph.constants.forEach((tensor, index) =>
    lines.push(`%${graph.inputs.length + index} ${describe(tensor)} = constant`),
  )
  const { first } = numberingOf(graph)
  graph.nodes.forEach((node, index) => {
    const outputs = avalsOf(node).map((aval, output) => `%${first[index]! + output} ${describe(aval)}`)
    const inputs = node.inputs.map((value) => `%${value}`)
    lines.push(`${outputs.join(', ')} = ${node.op.name}(${inputs.join(', ')}) ${formatParams(node.params)}`.trimEnd())
    const body = bodyOf(node.params)
    if (body) lines.push(printGraph(body).replace(/^/gm, '  '))
  })
  lines.push(`return ${graph.outputs.map((value) => `%${value}`).join(', ')}`)
  return lines.join('\n')
}

function describe({ shape, dtype }: Aval): string {
  return `${dtype}${formatShape(shape)}`
}
