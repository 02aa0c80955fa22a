import {
  type Atom,
  type Axis,
  type Condition,
  type Expression,
  type Expressions,
  expressionsWithin,
  type Index,
  inputsOf,
  lookupsIn,
  rangeOf,
} from '@gradus/schedule'
import { computeDType } from '@gradus/tensor/internals'
import { atom, type Code, infix, number, operand, shortFloat } from './code.ts'
import { applied } from './functions.ts'
import type { UsedHelpers } from './helpers.ts'
import { Scope } from './scope.ts'

/** Writes the expressions of one kernel. What is used twice, or does not change in the innermost loop, becomes a constant. */
export class ExpressionWriter {
  /** Where statements are written now. */
  scope = new Scope(0)
  /** The variables of reductions, by number. */
  readonly reduced = new Map<number, string>()
  private readonly uses = new Map<Expression, number>()
  private readonly parameters: ReadonlyMap<number, string>
  private depths = new Map<Expression, number>()
  private order: ReadonlyMap<Axis, number> = new Map()
  private outerDepth = 0
  private defined = 0

  constructor(
    private readonly make: Expressions,
    values: readonly number[],
    roots: readonly Expression[],
    private readonly helpers: UsedHelpers,
  ) {
    this.parameters = new Map(values.map((value, index) => [value, `p${index}`]))
    for (const expression of expressionsWithin(roots, make)) {
      for (const part of dependencies(expression, make)) this.uses.set(part, (this.uses.get(part) ?? 0) + 1)
    }
    for (const root of roots) this.uses.set(root, (this.uses.get(root) ?? 0) + 1)
  }

  /** Sets the loops from the outermost to the innermost. Results of reductions are known inside the first `outer` of them. */
  setLoops(axes: readonly Axis[], outer: number): void {
    this.order = new Map(axes.map((axis, position) => [axis, position + 1]))
    this.outerDepth = outer
    this.depths = new Map()
  }

  /** The name of the array of a value. */
  array(value: number): string {
    return this.parameters.get(value)!
  }

  axis(axis: Axis): string {
    return `i${this.order.get(axis)}`
  }

  /** An expression; with `raw` it may have more digits than float32, because it is stored in an array. */
  value(expression: Expression, raw = false): Code {
    const name = this.scope.nameOf(expression)
    if (name) return atom(name)
    if (expression.kind === 'constant') return this.constant(expression.value, expression.dtype)
    const depth = this.depthOf(expression)
    const isShared = (this.uses.get(expression) ?? 0) > 1 || depth < this.scope.depth
    if (!isShared || expression.kind === 'coordinate') return this.written(expression, raw)
    const inner = this.scope
    this.scope = inner.at(depth)
    const text = this.written(expression, false).text
    const defined = `t${this.defined++}`
    this.scope.define(expression, defined, text)
    this.scope = inner
    return atom(defined)
  }

  private constant(value: number, dtype: string): Code {
    const whole = number(value)
    const short = `f(${shortFloat(value)})`
    if (dtype !== 'float32' || short.length >= whole.text.length) return whole
    this.helpers.use('f')
    return atom(short)
  }

  private written(expression: Expression, raw: boolean): Code {
    const { dtype } = expression
    switch (expression.kind) {
      case 'constant':
        return this.constant(expression.value, dtype)
      case 'load': {
        const element = `${this.array(expression.value)}[${this.index(expression.index).text}]`
        return atom(expression.stored === 'float16' ? `${this.helpers.use('hv')}(${element})` : element)
      }
      case 'rowBuffer':
        return atom(`b${expression.slot}[${this.index(expression.index).text}]`)
      case 'coordinate':
        return this.index(expression.index)
      case 'choice':
        return infix(
          `${expression.conditions.map((condition) => this.condition(condition)).join('&&')}?` +
            `${operand(this.value(expression.inside))}:${operand(this.value(expression.outside))}`,
        )
      case 'reduced':
        return this.rounded(atom(this.reduced.get(expression.reduction)!), dtype, raw)
      case 'apply': {
        const { fn, inputs } = expression
        const types = { from: (inputs[0] ?? expression).dtype, to: computeDType(dtype) }
        const { code, needsRounding } = applied(
          fn.name,
          inputs.map((input) => this.value(input)),
          types,
          this.helpers,
        )
        return needsRounding ? this.rounded(code, 'float32', raw) : code
      }
    }
  }

  private rounded(code: Code, dtype: string, raw: boolean): Code {
    if (dtype === 'int32') return infix(`${operand(code)}|0`)
    if (dtype === 'uint32') return infix(`${operand(code)}>>>0`)
    if (dtype !== 'float32' || raw) return code
    return atom(`${this.helpers.use('f')}(${code.text})`)
  }

  private condition({ index, low, high }: Condition): string {
    const range = rangeOf(index)
    const text = this.index(index).text
    const tests = []
    if (range.low < low) tests.push(`${text}>=${low}`)
    if (range.high >= high) tests.push(`${text}<${high}`)
    return tests.join('&&') || 'true'
  }

  /** An index as JavaScript. */
  index({ terms, constant }: Index): Code {
    const parts = terms.map(({ atom: part, coefficient }) => {
      const text = operand(this.atom(part))
      if (coefficient === 1) return text
      return coefficient === -1 ? `-${text}` : `${text}*${coefficient}`
    })
    if (constant !== 0 || parts.length === 0) parts.push(String(constant))
    const text = parts.join('+').replace(/\+-/g, '-')
    return parts.length === 1 && /^\w+$/.test(text) ? atom(text) : infix(text)
  }

  private atom(part: Atom): Code {
    if (part.kind === 'axis') return atom(this.axis(part))
    if (part.kind === 'lookup') return this.value(this.make.byId(part.id))
    const of = operand(this.index(part.of))
    const isPositive = rangeOf(part.of).low >= 0
    if (part.kind === 'quotient') return atom(isPositive ? `(${of}/${part.by}|0)` : `Math.floor(${of}/${part.by})`)
    return infix(isPositive ? `${of}%${part.by}` : `(${of}%${part.by}+${part.by})%${part.by}`)
  }

  /** The number of loops on which an expression depends, counted from the outermost to the last that matters. */
  private depthOf(expression: Expression): number {
    const known = this.depths.get(expression)
    if (known !== undefined) return known
    let depth = expression.kind === 'reduced' || expression.kind === 'rowBuffer' ? this.outerDepth : 0
    if (expression.kind !== 'reduced') {
      for (const axis of expression.axes) depth = Math.max(depth, this.order.get(axis) ?? 0)
    }
    for (const part of dependencies(expression, this.make)) depth = Math.max(depth, this.depthOf(part))
    this.depths.set(expression, depth)
    return depth
  }
}

/** The direct inputs of an expression and the expressions that its indices look up. */
function dependencies(expression: Expression, make: Expressions): Expression[] {
  const indices =
    expression.kind === 'choice'
      ? expression.conditions.map(({ index }) => index)
      : 'index' in expression
        ? [expression.index]
        : []
  return [...indices.flatMap((index) => lookupsIn(index, make)), ...inputsOf(expression)]
}
