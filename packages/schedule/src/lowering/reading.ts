import type { ElementTools } from '@gradus/tensor/lowering'
import { elementRuleOf } from '../analysis/element-rule.ts'
import type { GraphAnalysis } from '../analysis/graph-analysis.ts'
import type { Expression, Expressions } from '../index/expression.ts'
import { type Index, indexArithmetic, ravel } from '../index/integer.ts'

/** Turns elements of values into expressions of one kernel. */
export class Reading {
  private readonly memo = new Map<string, Expression>()

  constructor(
    private readonly analysis: GraphAnalysis,
    readonly make: Expressions,
    /** Whether the kernel computes a node. */
    private readonly isOwn: (node: number) => boolean,
    /** The element of a reduction or contraction of this kernel. */
    private readonly combined: (node: number) => Expression = notCombined,
  ) {}

  /** The element of a value at the coordinates. */
  read(value: number, at: readonly Index[]): Expression {
    const key = `${value}@${at.map(({ key }) => key).join()}`
    let expression = this.memo.get(key)
    if (!expression) this.memo.set(key, (expression = this.lower(value, at)))
    return expression
  }

  private lower(value: number, at: readonly Index[]): Expression {
    const { analysis, make } = this
    const role = analysis.roleOf(value)
    const node = analysis.makerOf(value)
    if (analysis.isInlined(value)) return this.apply(node, at)
    const { shape, dtype } = analysis.aval(value)
    if (role === undefined || !this.isOwn(node)) return make.load(dtype, analysis.roots[value]!, ravel(at, shape))
    return role === 'map' ? this.apply(node, at) : this.combined(node)
  }

  private apply(node: number, at: readonly Index[]): Expression {
    const { analysis } = this
    return elementRuleOf(analysis, node).element(analysis.loweredNode(node), at, this.toolsFor(node))
  }

  /** The tools with which the rule of a node reads its inputs. */
  toolsFor(node: number): ElementTools<Index, Expression> {
    const { inputs } = this.analysis.node(node)
    return { index: indexArithmetic, make: this.make, read: (input, at) => this.read(inputs[input]!, at) }
  }
}

function notCombined(node: number): never {
  throw new Error(`Node ${node} combines elements in a kernel that cannot.`)
}
