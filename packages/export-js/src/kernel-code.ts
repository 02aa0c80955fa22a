import {
  type Axis,
  type ContractionKernel,
  countOf,
  expressionsOfLoops,
  identityOf,
  indexOf,
  isPosition,
  type KernelForm,
  type LoopKernel,
  type Pass,
  plus,
  type RowReduction,
  rootsOfLoops,
  rootsOfStore,
  type Store,
  times,
} from '@gradus/schedule'
import { isFloat, sizeOf } from '@gradus/tensor'
import { type Code, numberText, operand } from './code.ts'
import { ExpressionWriter } from './expression-writer.ts'
import type { UsedHelpers } from './helpers.ts'
import { arrayClass } from './memory.ts'
import { Scope } from './scope.ts'
import { type UnrolledContraction, unrollContraction } from './unroll-contraction.ts'

/** What kernels share. */
export interface KernelTools {
  readonly helpers: UsedHelpers
  /** Returns the name of an array of at least so many sums. */
  sums(count: number): string
}

/** From this number of columns on a contraction adds to all sums of a row at once, so that it reads memory in order. */
const fewestColumns = 4

/** The code of a kernel: a function of the arrays of its values. */
export function kernelCode(given: LoopKernel | ContractionKernel, { values }: KernelForm, tools: KernelTools): string {
  const kernel = given.kind === 'loops' ? given : unrollContraction(given)
  const roots =
    kernel.kind === 'loops' ? rootsOfLoops(kernel) : [...kernel.products.flat(), ...kernel.stores.flatMap(rootsOfStore)]
  const writer = new ExpressionWriter(kernel.make, values, roots, tools.helpers)
  const code = new KernelWriter(writer, tools)
  if (kernel.kind === 'loops') code.loops(kernel)
  else code.contraction(kernel)
  return `(${values.map((_, index) => `p${index}`).join()})=>{${writer.scope.lines.join('')}}`
}

class KernelWriter {
  private stored = 0

  constructor(
    private readonly write: ExpressionWriter,
    private readonly tools: KernelTools,
  ) {}

  loops(kernel: LoopKernel): void {
    const { outer, inner, passes, rowStores, slots } = kernel
    const { write } = this
    write.setLoops([...outer, ...inner], outer.length)
    for (let slot = 0; slot < slots; slot++) {
      const row = expressionsOfLoops(kernel).find((part) => part.kind === 'rowBuffer' && part.slot === slot)
      const length = sizeOf(inner.map(({ size }) => size))
      write.scope.lines.push(`const b${slot}=new ${arrayClass(row?.dtype ?? 'float32')}(${length});`)
    }
    this.within(outer, () => {
      for (const pass of passes) this.pass(pass, inner)
      this.stores(rowStores)
    })
  }

  contraction({ batch, m, n, k, a, products, stores }: UnrolledContraction): void {
    const { write } = this
    const rows = [...batch, ...m]
    const count = countOf(n)
    const sum = () => {
      const pairs = products.map((pair) => pair.map((factor) => write.value(factor)) as [Code, Code])
      if (!isFloat(a.dtype)) return pairs.map(([x, y]) => `Math.imul(${x.text},${y.text})`).join('+')
      return pairs.map(([x, y]) => `${operand(x)}*${operand(y)}`).join('+')
    }
    if (count < fewestColumns) {
      write.setLoops([...rows, ...n, ...k], rows.length + n.length)
      this.within([...rows, ...n], () => {
        write.scope.lines.push('let r=0;')
        this.within(k, () => write.scope.lines.push(`r+=${sum()};`))
        write.reduced.set(-1, 'r')
        this.stores(stores)
      })
      return
    }
    const sums = this.tools.sums(count)
    let column = indexOf(n[0]!)
    for (const axis of n.slice(1)) column = plus(times(column, axis.size), indexOf(axis))
    const order = [...rows, ...k, ...n]
    write.setLoops(order, order.length)
    this.within(rows, () => {
      write.scope.lines.push(`${sums}.fill(0,0,${count});`)
      this.within(k, () =>
        this.within(n, () => write.scope.lines.push(`${sums}[${write.index(column).text}]+=${sum()};`)),
      )
      write.setLoops([...rows, ...n], rows.length + n.length)
      this.within(n, () => {
        write.reduced.set(-1, `${sums}[${write.index(column).text}]`)
        this.stores(stores)
      })
    })
  }

  /** Writes statements inside loops over the axes. */
  private within(axes: readonly Axis[], body: () => void): void {
    const [axis, ...others] = axes
    if (!axis) {
      body()
      return
    }
    const { write } = this
    const outside = write.scope
    write.scope = new Scope(outside.depth + 1, outside)
    this.within(others, body)
    const { lines } = write.scope
    write.scope = outside
    const name = write.axis(axis)
    outside.lines.push(`for(let ${name}=0;${name}<${axis.size};${name}++){${lines.join('')}}`)
  }

  private pass({ reductions, stores, saves }: Pass, inner: readonly Axis[]): void {
    const { write } = this
    for (const { id, combine, expression, position } of reductions) {
      const initial = position ? 0 : identityOf(combine, expression.dtype)
      write.scope.lines.push(`let r${id}=${numberText(initial)}${position ? `,q${id}=-1` : ''};`)
    }
    this.within(inner, () => {
      for (const { slot, index, expression } of saves) {
        write.scope.lines.push(`b${slot}[${write.index(index).text}]=${write.value(expression, true).text};`)
      }
      for (const reduction of reductions) this.combine(reduction)
      this.stores(stores)
    })
    for (const { id, combine } of reductions) write.reduced.set(id, isPosition(combine) ? `q${id}` : `r${id}`)
  }

  private combine({ id, combine, expression, position }: RowReduction): void {
    const { write } = this
    const [r, q] = [`r${id}`, `q${id}`]
    const element = write.value(expression)
    const isReal = isFloat(expression.dtype)
    const text = () => {
      switch (combine) {
        case 'sum':
          return isReal ? `${r}+=${element.text};` : `${r}=${r}+${operand(element)}|0;`
        case 'prod':
          return isReal ? `${r}*=${operand(element)};` : `${r}=Math.imul(${r},${element.text});`
        case 'max':
        case 'min':
          return `${r}=Math.${combine}(${r},${element.text});`
        case 'any':
          return `${r}|=${operand(element)};`
        case 'all':
          return `${r}&=${operand(element)};`
        default: {
          const [e, p] = [`e${id}`, `n${id}`]
          const better = combine === 'argMax' ? '>' : '<'
          const isBefore = `${q}<0||${e}===${r}&&${p}<${q}||${e}${better}${r}||${e}!==${e}&&(${r}===${r}||${p}<${q})`
          return `const ${e}=${element.text},${p}=${write.index(position!).text};if(${isBefore}){${r}=${e};${q}=${p}}`
        }
      }
    }
    write.scope.lines.push(text())
  }

  /** Writes stores. All values are computed before any is stored, because arrays may share memory. */
  private stores(stores: readonly Store[]): void {
    const { write } = this
    const written = stores.map(({ value, index, expression, stored, add }) => {
      const isHalf = stored === 'float16'
      const code = write.value(expression, !isHalf)
      const made = isHalf && !add ? `${this.tools.helpers.use('hb')}(${code.text})` : code.text
      const text = stores.length > 1 ? `s${this.stored++}` : made
      if (stores.length > 1) write.scope.lines.push(`const ${text}=${made};`)
      const target = `${write.array(value)}[${write.index(index).text}]`
      if (!add) return `${target}=${text};`
      const sum = isHalf
        ? `${target}=${this.tools.helpers.use('hb')}(${this.tools.helpers.use('hv')}(${target})+(${text}));`
        : `${target}+=${text};`
      return `if(${write.value(add.only).text}){${sum}}`
    })
    write.scope.lines.push(...written)
  }
}
