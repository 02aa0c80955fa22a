import type { ElementRule, ElementTools, LoweredNode, ReductionRule } from '@gradus/tensor/lowering'
import type { GraphAnalysis } from './graph-analysis.ts'

/** The rule by which the elements of an inlined or mapped node are computed. */
export function elementRuleOf(analysis: GraphAnalysis, node: number): ElementRule {
  const rule = analysis.lowering(node)
  return rule.kind === 'reduction' ? unreduced(rule) : (rule as ElementRule)
}

/** The rule of a reduction without inner loops. */
function unreduced(rule: ReductionRule): ElementRule {
  return {
    kind: 'element',
    once: true,
    element: (node, at, tools) => sourceElement(rule, node, at, [], tools),
  }
}

/** The element that a reduction reads at the coordinates of its result and the positions of the inner loops. */
export function sourceElement<I, E>(
  rule: ReductionRule,
  node: LoweredNode<never>,
  at: readonly I[],
  inner: readonly I[],
  { index, make, read }: ElementTools<I, E>,
): E {
  const source = rule.source(node, at, inner, index)
  return make.choice(source.only, () => read(0, source.at), make.constant(node.aval.dtype, 0))
}
