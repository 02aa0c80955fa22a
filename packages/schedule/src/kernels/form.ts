import { dependenciesOf } from '../index/axes.ts'
import { type Expression, type Expressions, inputsFirst } from '../index/expression.ts'
import type { Atom, Axis, Index } from '../index/integer.ts'
import type { ContractionKernel, LoopKernel, Store } from './kernel.ts'

/** The computation of a kernel, without the values on which it works. */
export interface KernelForm {
  /** Equal for kernels with the same computation. */
  readonly key: string
  /** The values, in the order in which the kernel mentions them. */
  readonly values: readonly number[]
}

/** The form of a kernel. Kernels of one form share their code. */
export function formOf(kernel: LoopKernel | ContractionKernel): KernelForm {
  const writer = new FormWriter(kernel.make)
  return { key: kernel.kind === 'loops' ? writer.loops(kernel) : writer.contraction(kernel), values: writer.values }
}

/** Writes kernels with all names replaced by numbers in the order of first use. */
class FormWriter {
  private readonly numbers = new Map<unknown, number>()
  private readonly reductions = new Map<number, number>()
  private readonly valueNumbers = new Map<number, number>()
  private readonly definitions: string[] = []

  constructor(private readonly make: Expressions) {}

  get values(): number[] {
    return [...this.valueNumbers.keys()]
  }

  loops({ outer, inner, passes, rowStores, slots }: LoopKernel): string {
    const axes = [this.axes(outer), this.axes(inner)]
    const parts = passes.flatMap(({ reductions, stores, saves }) => [
      ...saves.map(({ slot, index, expression }) => `save ${slot} ${this.index(index)} ${this.expression(expression)}`),
      ...reductions.map(({ id, combine, expression, position }) => {
        const what = `${combine} ${this.expression(expression)} ${position ? this.index(position) : ''}`
        return `r${this.numberOf(this.reductions, id)} ${what}`
      }),
      ...stores.map((store) => this.store(store)),
      'pass',
    ])
    return this.joined([...axes, slots, ...parts, ...rowStores.map((store) => this.store(store))])
  }

  contraction({ batch, m, n, k, a, b, stores }: ContractionKernel): string {
    this.numberOf(this.reductions, -1)
    const axes = [batch, m, n, k].map((list) => this.axes(list))
    const operands = [this.expression(a), this.expression(b)]
    return this.joined(['contraction', ...axes, ...operands, ...stores.map((store) => this.store(store))])
  }

  private joined(parts: readonly (string | number)[]): string {
    return [...this.definitions, ...parts].join('\n')
  }

  private numberOf<T>(numbers: Map<T, number>, key: T): number {
    let number = numbers.get(key)
    if (number === undefined) numbers.set(key, (number = numbers.size))
    return number
  }

  private axes(list: readonly Axis[]): string {
    return list.map((axis) => `${this.numberOf(this.numbers, axis)}:${axis.size}`).join()
  }

  private store({ value, index, expression, stored, add }: Store): string {
    const where = `${this.numberOf(this.valueNumbers, value)} ${this.index(index)}`
    return `store ${stored} ${where} ${this.expression(expression)}${add ? ` add ${this.expression(add.only)}` : ''}`
  }

  private index(index: Index): string {
    return `${index.terms.map(({ atom, coefficient }) => `${coefficient}*${this.atom(atom)}`).join('+')}+${index.constant}`
  }

  private atom(atom: Atom): string {
    if (atom.kind === 'axis') return `a${this.numberOf(this.numbers, atom)}`
    if (atom.kind === 'lookup') return `v${this.expression(this.make.byId(atom.id))}`
    return `(${this.index(atom.of)}${atom.kind === 'quotient' ? '/' : '%'}${atom.by})`
  }

  /** The number of an expression, which is defined at its first use. */
  private expression(expression: Expression): number {
    inputsFirst(
      expression,
      (part) => !this.numbers.has(part),
      (part) => dependenciesOf(part, this.make),
      (part) => {
        this.definitions.push(`${part.kind} ${part.dtype} ${this.parts(part)}`)
        this.numberOf(this.numbers, part)
      },
    )
    return this.numbers.get(expression)!
  }

  private parts(expression: Expression): string {
    switch (expression.kind) {
      case 'constant':
        return Object.is(expression.value, -0) ? '-0' : String(expression.value)
      case 'load':
        return `${expression.stored} ${this.numberOf(this.valueNumbers, expression.value)} ${this.index(expression.index)}`
      case 'rowBuffer':
        return `${expression.slot} ${this.index(expression.index)}`
      case 'coordinate':
        return this.index(expression.index)
      case 'apply':
        return `${expression.fn.name} ${expression.inputs.map((input) => this.expression(input)).join()}`
      case 'choice': {
        const conditions = expression.conditions.map(({ index, low, high }) => `${this.index(index)}:${low}:${high}`)
        return `${conditions.join()} ${this.expression(expression.inside)} ${this.expression(expression.outside)}`
      }
      case 'reduced':
        return String(this.numberOf(this.reductions, expression.reduction))
    }
  }
}
