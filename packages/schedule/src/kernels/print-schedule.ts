import { formatShape } from '@gradus/tensor'
import type { Condition, Expression } from '../index/expression.ts'
import { type Atom, type Axis, type Index, rangeOf } from '../index/integer.ts'
import type { FusedKernel, KernelSchedule, Store } from './kernel.ts'

/**
 * Prints the kernels of a schedule: their loops, their computations, and the bytes and operations of each and of all.
 * `%3[i]` is element i, in row-major order, of value 3 of the graph. Parts of long expressions are named (`t0`) and follow their
 * kernel.
 */
export function printSchedule({ analysis, kernels, plan }: KernelSchedule): string {
  const lines: string[] = []
  let [bytes, operations] = [0, 0]
  kernels.forEach(({ kernel, cost, writes }, number) => {
    const shapes = writes.map(
      (value) => `%${value} ${analysis.aval(value).dtype}${formatShape(analysis.aval(value).shape)}`,
    )
    lines.push(
      `kernel ${number}: ${shapes.join(', ')}; ${amount(cost.bytes)} bytes, ${amount(cost.operations)} operations`,
    )
    lines.push(...new Printer(kernel).lines().map((line) => `  ${line}`))
    bytes += cost.bytes
    operations += cost.operations
  })
  lines.push(
    `${kernels.length} kernels, ${amount(bytes)} bytes, ${amount(operations)} operations, arena of ${amount(plan.arenaBytes)} bytes`,
  )
  return lines.join('\n')
}

function indented(text: string): string[] {
  return text.split('\n').map((line) => `  ${line}`)
}

function amount(number: number): string {
  return String(number).replace(/\B(?=(\d{3})+$)/g, '_')
}

/** The number of characters from which a part of an expression gets a name, since other parts may repeat it. */
const longText = 1000

class Printer {
  private readonly names = new Map<Axis, string>()
  private readonly texts = new Map<Expression, string>()
  private readonly parts: string[] = []

  constructor(private readonly kernel: FusedKernel) {}

  lines(): string[] {
    return [...this.statements(), ...this.parts.map((text, number) => `where t${number} = ${text}`)]
  }

  private statements(): string[] {
    const { kernel } = this
    switch (kernel.kind) {
      case 'opaque': {
        const call = `${kernel.node.op.name}(${kernel.inputs.map((value) => `%${value}`).join(', ')})`
        return kernel.body ? [`${call}, each time:`, ...indented(printSchedule(kernel.body))] : [call]
      }
      case 'contraction':
        return [
          ...this.loops('batch', kernel.batch),
          ...this.loops('rows', kernel.m),
          ...this.loops('columns', kernel.n),
          `product = sum over ${this.loops('', kernel.k).join('').trim() || 'nothing'} of ${this.text(kernel.a)} * ${this.text(kernel.b)}`,
          ...kernel.stores.map((store) => this.store(store)),
        ]
      case 'loops': {
        const outer = this.loops('for', kernel.outer)
        const body = kernel.passes.flatMap((pass) => [
          ...this.loops('over', kernel.inner),
          ...pass.saves.map((save) => `  row${save.slot}[${this.index(save.index)}] = ${this.text(save.expression)}`),
          ...pass.reductions.map(({ id, combine, expression }) => `  r${id} = ${combine} of ${this.text(expression)}`),
          ...pass.stores.map((store) => `  ${this.store(store)}`),
        ])
        return [...outer, ...body, ...kernel.rowStores.map((store) => this.store(store))]
      }
    }
  }

  private loops(word: string, axes: readonly Axis[]): string[] {
    if (axes.length === 0) return []
    return [`${word} ${axes.map((axis) => `${this.name(axis)} < ${axis.size}`).join(', ')}`]
  }

  private name(axis: Axis): string {
    let name = this.names.get(axis)
    if (name === undefined) this.names.set(axis, (name = letter(this.names.size)))
    return name
  }

  private store({ value, index, expression, add }: Store): string {
    const target = `%${value}[${this.index(index)}]`
    if (!add) return `${target} = ${this.text(expression)}`
    return `where ${this.text(add.only)}: ${target} += ${this.text(expression)}`
  }

  private text(expression: Expression): string {
    let text = this.texts.get(expression)
    if (text === undefined) {
      text = this.written(expression)
      if (text.length > longText) text = `t${this.parts.push(text) - 1}`
      this.texts.set(expression, text)
    }
    return text
  }

  private written(expression: Expression): string {
    switch (expression.kind) {
      case 'constant':
        return String(expression.value)
      case 'load':
        return `%${expression.value}[${this.index(expression.index)}]`
      case 'rowBuffer':
        return `row${expression.slot}[${this.index(expression.index)}]`
      case 'coordinate':
        return `(${this.index(expression.index)})`
      case 'reduced':
        return expression.reduction < 0 ? 'product' : `r${expression.reduction}`
      case 'apply':
        return `${expression.fn.name}(${expression.inputs.map((input) => this.text(input)).join(', ')})`
      case 'choice': {
        const conditions = expression.conditions.map((condition) => this.condition(condition)).join(' and ')
        return `(${conditions} ? ${this.text(expression.inside)} : ${this.text(expression.outside)})`
      }
    }
  }

  private condition({ index, low, high }: Condition): string {
    const range = rangeOf(index)
    const from = range.low < low ? `${low} <= ` : ''
    const to = range.high >= high ? ` < ${high}` : ''
    return `${from}${this.index(index)}${to}`
  }

  private index({ terms, constant }: Index): string {
    const parts = terms.map(({ atom, coefficient }) => (coefficient === 1 ? '' : `${coefficient} `) + this.atom(atom))
    if (constant !== 0 || parts.length === 0) parts.push(String(constant))
    return parts.join(' + ')
  }

  private atom(atom: Atom): string {
    if (atom.kind === 'axis') return this.name(atom)
    if (atom.kind === 'lookup') return `lookup(${atom.id})`
    return `(${this.index(atom.of)} ${atom.kind === 'quotient' ? 'div' : 'mod'} ${atom.by})`
  }
}

function letter(number: number): string {
  const letters = 'ijklmnopqrstuvwxyz'
  return number < letters.length
    ? letters[number]!
    : `${letters[number % letters.length]}${Math.floor(number / letters.length)}`
}
