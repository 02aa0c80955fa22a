import { Tensor } from '@gradus/tensor'
import { applyAll, type Graph, type Node, traceOpen } from '@gradus/tensor/internals'
import { type ContractionRule, loweringOf } from '@gradus/tensor/lowering'

/** Replaces nodes whose params their rules do not cover, such as a padded convolution, with other ops. */
export function rewriteGraph(graph: Graph): Graph {
  const rules = graph.nodes.map(rewritingRule)
  if (rules.every((rule) => rule === undefined)) return graph
  const replay = (...values: Tensor[]) => {
    graph.nodes.forEach(({ op, inputs, params }, index) => {
      const given = inputs.map((value) => values[value]!)
      const rule = rules[index]
      values.push(...(rule ? [rule.rewrite!(given, params as never)] : applyAll(op, given, params)))
    })
    return graph.outputs.map((value) => values[value]!)
  }
  const given = [...graph.inputs, ...graph.constants].map(({ shape, dtype }) => new Tensor({ shape, dtype }))
  const { nodes, outputs } = traceOpen(replay, given, () => true).graph
  return { ...graph, nodes, outputs }
}

function rewritingRule({ op, params }: Node): ContractionRule | undefined {
  const rule = loweringOf(op)
  return rule?.kind === 'contraction' && rule.covers?.(params as never) === false ? rule : undefined
}
