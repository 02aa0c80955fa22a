import type { DType } from '@gradus/tensor'
import { computeDType, halfBits, halfValue } from '@gradus/tensor/internals'
import type { ElementFunction, ElementMaker, Condition as GeneralCondition } from '@gradus/tensor/lowering'
import { type Axis, type Index, indexOf, lookupOf, rangeOf } from './integer.ts'

/** The index lies from `low` to `high - 1`. */
export type Condition = GeneralCondition<Index>

/**
 * How one element of a kernel is computed. Equal expressions of a kernel are one object. Halves become float32 when they
 * are loaded, so `dtype` is the dtype of the computation and never `float16`.
 */
export type Expression = { readonly id: number; readonly dtype: DType; readonly axes: readonly Axis[] } & (
  | { readonly kind: 'constant'; readonly value: number }
  /** An element of a value, by its position in row-major order. `stored` is the dtype in memory. */
  | { readonly kind: 'load'; readonly value: number; readonly index: Index; readonly stored: DType }
  /** An element of a row buffer, which an earlier pass of the same kernel wrote. */
  | { readonly kind: 'rowBuffer'; readonly slot: number; readonly index: Index }
  /** The index itself as a number. */
  | { readonly kind: 'coordinate'; readonly index: Index }
  /** An elementwise op or another function of elements. */
  | { readonly kind: 'apply'; readonly fn: ElementFunction; readonly inputs: readonly Expression[] }
  /** `inside` where all conditions hold, and only there is it evaluated; else `outside`. */
  | {
      readonly kind: 'choice'
      readonly conditions: readonly Condition[]
      readonly inside: Expression
      readonly outside: Expression
    }
  /** The result of reduction number `reduction` of the kernel, or of its contraction (-1). */
  | { readonly kind: 'reduced'; readonly reduction: number }
)

export type Load = Extract<Expression, { readonly kind: 'load' }>

/** Makes the expressions of one kernel. */
export class Expressions implements ElementMaker<Index, Expression> {
  private readonly known = new Map<string, Expression>()
  private readonly list: Expression[] = []

  byId(id: number): Expression {
    return this.list[id]!
  }

  constant(of: DType, number: number): Expression {
    const dtype = computeDType(of)
    const value = of === dtype ? number : halfValue(halfBits(number))
    return this.intern(`constant ${dtype} ${Object.is(value, -0) ? '-0' : value}`, (id) => ({
      kind: 'constant',
      id,
      dtype,
      value,
      axes: [],
    }))
  }

  load(stored: DType, value: number, index: Index): Expression {
    return this.intern(`load ${value} ${index.key}`, (id) => ({
      kind: 'load',
      id,
      dtype: computeDType(stored),
      stored,
      value,
      index,
      axes: index.axes,
    }))
  }

  /** An element of a row buffer; `rows` are the axes that select the row. */
  rowBuffer(dtype: DType, slot: number, index: Index, rows: readonly Axis[]): Expression {
    return this.intern(`row ${slot} ${index.key}`, (id) => ({
      kind: 'rowBuffer',
      id,
      dtype,
      slot,
      index,
      axes: unite([rows, index.axes]),
    }))
  }

  coordinate(of: DType, index: Index): Expression {
    if (index.terms.length === 0) return this.constant(of, index.constant)
    const dtype = computeDType(of)
    return this.intern(`coordinate ${dtype} ${index.key}`, (id) => ({
      kind: 'coordinate',
      id,
      dtype,
      index,
      axes: index.axes,
    }))
  }

  /** Applies a function to elements. Results that are halves are rounded when they are stored. */
  apply(of: DType, fn: ElementFunction, inputs: readonly Expression[]): Expression {
    const dtype = computeDType(of)
    return this.intern(`${fn.name} ${dtype} ${inputs.map(({ id }) => id).join()}`, (id) => ({
      kind: 'apply',
      id,
      dtype,
      fn,
      inputs,
      axes: unite(inputs.map(({ axes }) => axes)),
    }))
  }

  /** Conditions that always or never hold are resolved here. */
  choice(conditions: readonly Condition[], inside: () => Expression, outside: Expression): Expression {
    const open: Condition[] = []
    for (const condition of conditions) {
      const verdict = decide(condition)
      if (verdict === false) return outside
      if (verdict === undefined) open.push(condition)
    }
    const chosen = inside()
    if (open.length === 0) return chosen
    const key = open.map(({ index, low, high }) => `${index.key}:${low}:${high}`).join()
    return this.intern(`choice ${key} ${chosen.id} ${outside.id}`, (id) => ({
      kind: 'choice',
      id,
      dtype: chosen.dtype,
      conditions: open,
      inside: chosen,
      outside,
      axes: unite([...open.map(({ index }) => index.axes), chosen.axes, outside.axes]),
    }))
  }

  lookup(element: Expression, size: number): Index {
    return indexOf(lookupOf(element, size))
  }

  /** The result of a reduction, which depends on the axes that are kept. */
  reduced(of: DType, reduction: number, axes: readonly Axis[]): Expression {
    const dtype = computeDType(of)
    return this.intern(`reduced ${reduction}`, (id) => ({ kind: 'reduced', id, dtype, reduction, axes }))
  }

  private intern(key: string, create: (id: number) => Expression): Expression {
    let expression = this.known.get(key)
    if (!expression) {
      expression = create(this.list.length)
      this.list.push(expression)
      this.known.set(key, expression)
    }
    return expression
  }
}

function unite(lists: readonly (readonly Axis[])[]): readonly Axis[] {
  return [...new Set(lists.flat())]
}

/** Whether a condition always or never holds; undefined if it depends on the position. */
function decide({ index, low, high }: Condition): boolean | undefined {
  const range = rangeOf(index)
  if (range.low >= low && range.high < high) return true
  return range.high < low || range.low >= high ? false : undefined
}

/** Visits each expression below the given ones once, inputs first. */
export function forEachExpression(roots: Iterable<Expression>, visit: (expression: Expression) => void): void {
  const seen = new Set<Expression>()
  for (const root of roots)
    inputsFirst(
      root,
      (expression) => !seen.has(expression),
      inputsOf,
      (expression) => {
        seen.add(expression)
        visit(expression)
      },
    )
}

/**
 * Visits an expression and those on which it depends, each after its dependencies, without recursion. `isOpen` says whether an
 * expression has yet to be visited, and is false once it was.
 */
export function inputsFirst(
  root: Expression,
  isOpen: (expression: Expression) => boolean,
  dependencies: (expression: Expression) => readonly Expression[],
  visit: (expression: Expression) => void,
): void {
  if (!isOpen(root)) return
  const path = [{ expression: root, needed: dependencies(root), next: 0 }]
  for (let top = path.at(-1); top; top = path.at(-1)) {
    const needed = top.needed[top.next++]
    if (needed) {
      if (isOpen(needed)) path.push({ expression: needed, needed: dependencies(needed), next: 0 })
      continue
    }
    path.pop()
    if (isOpen(top.expression)) visit(top.expression)
  }
}

/** The direct inputs of an expression, without those that indices look up. */
export function inputsOf(expression: Expression): readonly Expression[] {
  if (expression.kind === 'apply') return expression.inputs
  return expression.kind === 'choice' ? [expression.inside, expression.outside] : []
}

/** The indices in an expression itself. */
export function indicesOf(expression: Expression): readonly Index[] {
  switch (expression.kind) {
    case 'load':
    case 'rowBuffer':
    case 'coordinate':
      return [expression.index]
    case 'choice':
      return expression.conditions.map(({ index }) => index)
    default:
      return []
  }
}
