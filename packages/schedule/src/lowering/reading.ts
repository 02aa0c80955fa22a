import type { Node } from '@gradus/tensor'
import type { Program } from '../analysis/graph-analysis.ts'
import type { Expression, Expressions } from '../index/expression.ts'
import { type Index, ravel } from '../index/integer.ts'
import { mapRuleOf } from '../rules/map-rules.ts'

/** Turns elements of values into expressions, for one kernel. */
export class Reading {
  private readonly memo = new Map<string, Expression>()

  constructor(
    private readonly program: Program,
    readonly make: Expressions,
    /** Whether a node is computed in this kernel. */
    private readonly isOwn: (node: number) => boolean,
    /** The element of a node of this kernel that is not computed element by element. */
    private readonly result: (node: number, at: readonly Index[]) => Expression,
  ) {}

  /** The element of a value at the given coordinates. */
  read(value: number, at: readonly Index[]): Expression {
    const key = `${value}@${at.map(({ key }) => key).join()}`
    let expression = this.memo.get(key)
    if (!expression) this.memo.set(key, (expression = this.lower(value, at)))
    return expression
  }

  private lower(value: number, at: readonly Index[]): Expression {
    const { program, make } = this
    const role = program.roleOf(value)
    const index = program.makerOf(value)
    if (program.isInlined(value)) return this.apply(program.node(index), at)
    const { shape, dtype } = program.aval(value)
    if (role === undefined || !this.isOwn(index)) return make.load(dtype, program.roots[value]!, ravel(at, shape))
    return role === 'map' ? this.apply(program.node(index), at) : this.result(index, at)
  }

  private apply(node: Node, at: readonly Index[]): Expression {
    const { program, make } = this
    const read = (input: number, coordinates: readonly Index[]) => this.read(node.inputs[input]!, coordinates)
    return mapRuleOf(node).lower({ node, inputs: program.inputsOf(node), at, make, read })
  }
}
