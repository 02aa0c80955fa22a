import { type Expression, Expressions, indicesOf, inputsFirst, inputsOf } from './expression.ts'
import {
  type Atom,
  type Axis,
  axisOf,
  constantIndex,
  forEachAtom,
  type Index,
  indexOf,
  lookupOf,
  plus,
  substitute,
  times,
} from './integer.ts'

/** The indices that replace axes. */
export type AxisMap = ReadonlyMap<Axis, Index>

/** Makes one axis per dimension. A dimension of size 1 needs none. */
export class AxisMaker {
  private next: number

  /** `known` are axes of the same kernel. */
  constructor(known: readonly Axis[] = []) {
    this.next = known.reduce((most, { id }) => Math.max(most, id + 1), 0)
  }

  axis(size: number): Axis {
    return axisOf(this.next++, size)
  }

  /** One coordinate per dimension, and the axes in them. */
  coordinates(shape: readonly number[]): { readonly at: readonly Index[]; readonly axes: readonly Axis[] } {
    const axes: Axis[] = []
    const at = shape.map((size) => {
      if (size === 1) return constantIndex(0)
      const axis = this.axis(size)
      axes.push(axis)
      return indexOf(axis)
    })
    return { at, axes }
  }

  /**
   * How to split axes so that indices need no division: where an index has the quotient or remainder of one axis by a
   * divisor of its size, the axis becomes two.
   */
  splits(indices: Iterable<Index>): Map<Axis, readonly [outer: Axis, inner: Axis]> {
    const splits = new Map<Axis, readonly [Axis, Axis]>()
    for (const index of indices) {
      forEachAtom(index, (atom) => {
        if (atom.kind === 'axis' || atom.kind === 'lookup') return
        const [term, ...others] = atom.of.terms
        if (!term || others.length > 0 || atom.of.constant !== 0 || term.coefficient !== 1) return
        const { atom: axis } = term
        if (axis.kind !== 'axis' || splits.has(axis) || axis.size % atom.by !== 0) return
        splits.set(axis, [this.axis(axis.size / atom.by), this.axis(atom.by)])
      })
    }
    return splits
  }
}

/** The index of an axis that was split in two. */
export function joinedIndex([outer, inner]: readonly [Axis, Axis]): Index {
  return plus(times(indexOf(outer), inner.size), indexOf(inner))
}

/** Replaces axes in indices and expressions. */
export class Rewriting {
  private readonly done = new Map<Expression, Expression>()

  constructor(
    private readonly from: Expressions,
    private readonly axes: AxisMap,
    /** Makes the new expressions. */
    readonly make = new Expressions(),
  ) {}

  index(index: Index): Index {
    return substitute(index, (atom: Atom) => {
      if (atom.kind === 'axis') return this.axes.get(atom) ?? indexOf(atom)
      if (atom.kind !== 'lookup') return indexOf(atom)
      const value = this.expression(this.from.byId(atom.id))
      return indexOf(lookupOf(value, atom.size))
    })
  }

  expression(old: Expression): Expression {
    inputsFirst(
      old,
      (part) => !this.done.has(part),
      (part) => dependenciesOf(part, this.from),
      (part) => this.done.set(part, this.rewrite(part)),
    )
    return this.done.get(old)!
  }

  private rewrite(old: Expression): Expression {
    const { make } = this
    switch (old.kind) {
      case 'constant':
        return make.constant(old.dtype, old.value)
      case 'load':
        return make.load(old.stored, old.value, this.index(old.index))
      case 'rowBuffer':
        return make.rowBuffer(old.dtype, old.slot, this.index(old.index), this.rewrittenAxes(old.axes))
      case 'coordinate':
        return make.coordinate(old.dtype, this.index(old.index))
      case 'apply':
        return make.apply(
          old.dtype,
          old.fn,
          old.inputs.map((input) => this.expression(input)),
        )
      case 'choice':
        return make.choice(
          old.conditions.map((condition) => ({ ...condition, index: this.index(condition.index) })),
          () => this.expression(old.inside),
          this.expression(old.outside),
        )
      case 'reduced':
        return make.reduced(old.dtype, old.reduction, this.rewrittenAxes(old.axes))
    }
  }

  private rewrittenAxes(axes: readonly Axis[]): Axis[] {
    return [...new Set(axes.flatMap((axis) => this.index(indexOf(axis)).axes))]
  }
}

/** The given expressions and all that they are made of, including those that indices look up. */
export function expressionsWithin(roots: Iterable<Expression>, make: Expressions): Expression[] {
  const seen = new Set<Expression>()
  const open = [...roots].reverse()
  for (let expression = open.pop(); expression; expression = open.pop()) {
    if (seen.has(expression)) continue
    seen.add(expression)
    open.push(...dependenciesOf(expression, make).reverse())
  }
  return [...seen]
}

/** The expressions that an expression looks up, and its inputs. */
export function dependenciesOf(expression: Expression, make: Expressions): Expression[] {
  return [...indicesOf(expression).flatMap((index) => lookupsIn(index, make)), ...inputsOf(expression)]
}

/** The expressions that an index looks up. */
export function lookupsIn(index: Index, make: Expressions): Expression[] {
  const found: Expression[] = []
  forEachAtom(index, (atom) => {
    if (atom.kind === 'lookup') found.push(make.byId(atom.id))
  })
  return found
}

/**
 * Whether two adjacent axes can become one loop: in every index the stride of the first is the stride of the second times
 * its size.
 */
export function mergeable(first: Axis, second: Axis, indices: readonly Index[]): boolean {
  return indices.every(({ terms }) => {
    let [a, b] = [0, 0]
    for (const { atom, coefficient } of terms) {
      if (atom === first) a = coefficient
      else if (atom === second) b = coefficient
      // the indices inside a looked-up expression are in the list too
      else if (atom.kind === 'quotient' || atom.kind === 'remainder') {
        if (atom.of.axes.some((axis) => axis === first || axis === second)) return false
      }
    }
    return a === b * second.size
  })
}
