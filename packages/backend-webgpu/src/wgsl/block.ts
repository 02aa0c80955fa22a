import {
  type Atom,
  type Axis,
  type Expression,
  type Expressions,
  type Index,
  type Load,
  rangeOf,
} from '@gradus/schedule'
import { elementwiseCode } from './elementwise.ts'
import { type Code, literal, typeOf } from './types.ts'

/** Tools that the blocks of a kernel share. */
export interface KernelEnvironment {
  readonly make: Expressions
  /** Reads an element of a value in memory. */
  load(expression: Load, index: Code): Code
  /** Reads an element of a row buffer. */
  scratch(expression: Extract<Expression, { kind: 'rowBuffer' }>, index: Code): Code
  /** A new name. */
  name(): string
}

/**
 * Statements that run at each position of some axes, including those of the enclosing blocks. Code that does not depend on
 * the axes of a block is emitted in the enclosing block.
 */
export class Block {
  readonly lines: string[] = []
  private readonly names = new Map<Expression, Code>()
  private readonly reductions = new Map<number, Code>()

  constructor(
    private readonly environment: KernelEnvironment,
    private readonly axes: ReadonlyMap<Axis, Code>,
    private readonly parent?: Block,
  ) {}

  /** A nested block with more axes. */
  inner(axes: Iterable<readonly [Axis, Code]>): Block {
    return new Block(this.environment, new Map(axes), this)
  }

  /** Makes the result of a reduction available. */
  setReduced(reduction: number, code: Code): void {
    this.reductions.set(reduction, code)
  }

  /** The value of an expression, which is computed once. */
  value(expression: Expression): Code {
    const home = this.homeOf(expression.axes)
    if (home !== this) return home.value(expression)
    const known = this.names.get(expression)
    if (known !== undefined) return known
    const code = this.compute(expression)
    const isShort = expression.kind === 'constant' || expression.kind === 'reduced'
    let name = code
    if (!isShort) {
      name = this.environment.name()
      this.lines.push(`let ${name} = ${code};`)
    }
    this.names.set(expression, name)
    return name
  }

  index(index: Index): Code {
    const parts = index.terms.map(({ atom, coefficient }) => {
      const code = this.atom(atom)
      return coefficient === 1 ? code : `${coefficient} * ${code}`
    })
    if (index.constant !== 0 || parts.length === 0) parts.push(String(index.constant))
    return parts.length === 1 ? parts[0]! : `(${parts.join(' + ')})`
  }

  /** The innermost enclosing block that binds one of the axes, or the outermost. */
  private homeOf(axes: readonly Axis[]): Block {
    if (this.parent && axes.every((axis) => !this.axes.has(axis))) return this.parent.homeOf(axes)
    return this
  }

  private atom(atom: Atom): Code {
    if (atom.kind === 'axis') return this.axisCode(atom)
    if (atom.kind === 'lookup') return `i32(${this.value(this.environment.make.byId(atom.id))})`
    const of = this.index(atom.of)
    const isNatural = rangeOf(atom.of).low >= 0
    const quotient = isNatural ? `(${of} / ${atom.by})` : `floorDiv(${of}, ${atom.by})`
    if (atom.kind === 'quotient') return quotient
    return isNatural ? `(${of} % ${atom.by})` : `(${of} - ${atom.by} * ${quotient})`
  }

  private axisCode(axis: Axis): Code {
    const code = this.axes.get(axis) ?? this.parent?.axisCode(axis)
    if (code === undefined) throw new Error(`Axis ${axis.key} has no loop here.`)
    return code
  }

  private reducedCode(reduction: number): Code {
    const code = this.reductions.get(reduction) ?? this.parent?.reducedCode(reduction)
    if (code === undefined) throw new Error(`Reduction ${reduction} is read before it is known.`)
    return code
  }

  private compute(expression: Expression): Code {
    switch (expression.kind) {
      case 'constant':
        return literal(expression.dtype, expression.value)
      case 'load':
        return this.environment.load(expression, this.index(expression.index))
      case 'rowBuffer':
        return this.environment.scratch(expression, this.index(expression.index))
      case 'coordinate':
        return `${typeOf(expression.dtype)}(${this.index(expression.index)})`
      case 'reduced':
        return this.reducedCode(expression.reduction)
      case 'choice': {
        // a read outside of a value gives some number, which is not selected
        const conditions = expression.conditions.map(({ index, low, high }) => {
          const [range, code] = [rangeOf(index), this.index(index)]
          const bounds = [range.low < low && `${code} >= ${low}`, range.high >= high && `${code} < ${high}`]
          return bounds.filter((bound) => bound !== false).join(' && ') || 'true'
        })
        return `select(${this.value(expression.outside)}, ${this.value(expression.inside)}, ${conditions.join(' && ')})`
      }
      case 'apply':
        return this.apply(expression)
    }
  }

  private apply({ fn, inputs, dtype }: Extract<Expression, { kind: 'apply' }>): Code {
    const constantOf = (input: number) => {
      const found = inputs[input]
      return found?.kind === 'constant' ? found.value : undefined
    }
    return elementwiseCode(
      fn.name,
      { from: inputs.at(-1)!.dtype, to: dtype, constantOf },
      inputs.map((input) => this.value(input)),
    )
  }
}
