import { type Aval, formatShape, type Graph } from '@gradus/tensor'

/**
 * The graph as text, one node a line: `%3 float32[2, 4] = matmul(%0, %1) {"transposeA":false}`.
 * Inputs that the program may overwrite are marked `donated`.
 */
export function printGraph(graph: Graph): string {
  const lines: string[] = []
  graph.inputs.forEach((aval, index) =>
    lines.push(`%${index} ${describe(aval)} = input${graph.donated.includes(index) ? ' donated' : ''}`),
  )
  graph.constants.forEach((tensor, index) =>
    lines.push(`%${graph.inputs.length + index} ${describe(tensor)} = constant`),
  )
  const first = graph.inputs.length + graph.constants.length
  graph.nodes.forEach((node, index) => {
    const params = node.params === null || node.params === undefined ? '' : ` ${JSON.stringify(node.params, numbers)}`
    lines.push(
      `%${first + index} ${describe(node.aval)} = ${node.op.name}(${node.inputs.map((value) => `%${value}`).join(', ')})${params}`,
    )
  })
  lines.push(`return ${graph.outputs.map((value) => `%${value}`).join(', ')}`)
  return lines.join('\n')
}

// JSON has no NaN, infinities and -0, which are common values of `fill`
function numbers(_: string, value: unknown): unknown {
  const lost = typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0))
  return lost ? (Object.is(value, -0) ? '-0' : String(value)) : value
}

function describe({ shape, dtype }: Aval): string {
  return `${dtype}${formatShape(shape)}`
}
