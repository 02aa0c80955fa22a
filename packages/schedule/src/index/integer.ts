import type { IndexArithmetic } from '@gradus/tensor/lowering'

/** A loop variable from 0 to `size - 1`. `id` distinguishes the axes of one kernel. */
export interface Axis {
  readonly kind: 'axis'
  readonly id: number
  readonly size: number
  readonly key: string
}

/** A quotient, rounded down, or a remainder that could not be simplified. */
interface Division {
  readonly kind: 'quotient' | 'remainder'
  readonly of: Index
  readonly by: number
  readonly key: string
}

/** An integer from 0 to `size - 1` that is known only at run time: the value of expression `id`. */
export interface Lookup {
  readonly kind: 'lookup'
  readonly id: number
  readonly size: number
  /** The axes that the expression depends on. */
  readonly axes: readonly Axis[]
  readonly key: string
}

export type Atom = Axis | Division | Lookup

export interface Term {
  readonly atom: Atom
  readonly coefficient: number
}

/** An integer that depends on loop variables: `constant` plus the terms, whose atoms are distinct and sorted by key. */
export interface Index {
  readonly terms: readonly Term[]
  readonly constant: number
  /** The axes that it depends on. */
  readonly axes: readonly Axis[]
  /** Equal for equal indices. */
  readonly key: string
}

export function axisOf(id: number, size: number): Axis {
  return { kind: 'axis', id, size, key: `a${id}` }
}

/** The number of iterations of loops over the axes. */
export function countOf(axes: readonly Axis[]): number {
  return axes.reduce((count, { size }) => count * size, 1)
}

/** The value of an expression as a part of an index. */
export function lookupOf({ id, axes }: { readonly id: number; readonly axes: readonly Axis[] }, size: number): Lookup {
  return { kind: 'lookup', id, size, axes, key: `v${id}` }
}

function division(kind: Division['kind'], of: Index, by: number): Division {
  return { kind, of, by, key: `(${of.key}${kind === 'quotient' ? '/' : '%'}${by})` }
}

/** `terms` are sorted by key. */
function make(terms: readonly Term[], constant: number): Index {
  let key = ''
  for (const { atom, coefficient } of terms) key += `${coefficient}${atom.key}+`
  // 0 times a negative factor is -0, which would be a different number in an expression
  return { terms, constant: constant + 0, axes: axesOfTerms(terms), key: key + constant }
}

function axesOfTerms(terms: readonly Term[]): readonly Axis[] {
  const axes: Axis[] = []
  for (const { atom } of terms) {
    for (const axis of axesOfAtom(atom)) if (!axes.includes(axis)) axes.push(axis)
  }
  return axes
}

/** The axes that an atom depends on. */
export function axesOfAtom(atom: Atom): readonly Axis[] {
  if (atom.kind === 'axis') return [atom]
  return atom.kind === 'lookup' ? atom.axes : atom.of.axes
}

export function constantIndex(value: number): Index {
  return make([], value)
}

export function indexOf(atom: Atom): Index {
  return make([{ atom, coefficient: 1 }], 0)
}

export function plus(a: Index, b: Index): Index {
  if (b.terms.length === 0) return shifted(a, b.constant)
  if (a.terms.length === 0) return shifted(b, a.constant)
  const terms: Term[] = []
  let [i, j] = [0, 0]
  while (i < a.terms.length || j < b.terms.length) {
    const [left, right] = [a.terms[i], b.terms[j]]
    if (left && right && left.atom.key === right.atom.key) {
      const coefficient = left.coefficient + right.coefficient
      if (coefficient !== 0) terms.push({ atom: left.atom, coefficient })
      i++
      j++
    } else if (left && (!right || left.atom.key < right.atom.key)) {
      terms.push(left)
      i++
    } else {
      terms.push(right!)
      j++
    }
  }
  return rejoined(make(terms, a.constant + b.constant))
}

/** Simplifies (x / n) n + x % n to x. */
function rejoined(index: Index): Index {
  for (const rest of index.terms) {
    if (rest.atom.kind !== 'remainder') continue
    const { of, by } = rest.atom
    const whole = index.terms.find(
      ({ atom, coefficient }) =>
        atom.kind === 'quotient' && atom.by === by && coefficient === rest.coefficient * by && atom.of.key === of.key,
    )
    if (!whole) continue
    const others = index.terms.filter((term) => term !== rest && term !== whole)
    return plus(make(others, index.constant), times(of, rest.coefficient))
  }
  return index
}

export function times(a: Index, factor: number): Index {
  if (factor === 0) return constantIndex(0)
  if (factor === 1) return a
  return make(
    a.terms.map(({ atom, coefficient }) => ({ atom, coefficient: coefficient * factor })),
    a.constant * factor,
  )
}

export function shifted(a: Index, by: number): Index {
  return by === 0 ? a : make(a.terms, a.constant + by)
}

/** Bounds of an index, from the bounds of its terms. */
export function rangeOf(index: Index): { low: number; high: number } {
  let low = index.constant
  let high = index.constant
  for (const { atom, coefficient } of index.terms) {
    const range = atomRange(atom)
    low += coefficient * (coefficient > 0 ? range.low : range.high)
    high += coefficient * (coefficient > 0 ? range.high : range.low)
  }
  return { low, high }
}

function atomRange(atom: Atom): { low: number; high: number } {
  if (atom.kind === 'axis' || atom.kind === 'lookup') return { low: 0, high: Math.max(0, atom.size - 1) }
  const inner = rangeOf(atom.of)
  if (atom.kind === 'quotient') return { low: Math.floor(inner.low / atom.by), high: Math.floor(inner.high / atom.by) }
  return { low: 0, high: atom.by - 1 }
}

/** `index` divided by a positive constant, rounded down. */
export function quotient(index: Index, by: number): Index {
  if (by === 1) return index
  const { whole, rest } = splitBy(index, by)
  const { low, high } = rangeOf(rest)
  if (low >= 0 && high < by) return whole
  const first = Math.floor(low / by)
  // the rest stays between two multiples of the divisor
  if (Math.floor(high / by) === first) return shifted(whole, first)
  const shared = commonDivisor(rest, by)
  return plus(whole, indexOf(division('quotient', scaledDown(rest, shared), by / shared)))
}

/** The remainder of `index` by a positive constant, from 0 to `by - 1`. */
export function remainder(index: Index, by: number): Index {
  if (by === 1) return constantIndex(0)
  const { rest } = splitBy(index, by)
  const { low, high } = rangeOf(rest)
  const first = Math.floor(low / by)
  if (Math.floor(high / by) === first) return shifted(rest, -first * by)
  const shared = commonDivisor(rest, by)
  return times(indexOf(division('remainder', scaledDown(rest, shared), by / shared)), shared)
}

/** Splits an index into the terms that are multiples of `by`, divided by it, and the rest. */
function splitBy(index: Index, by: number): { whole: Index; rest: Index } {
  const whole: Term[] = []
  const rest: Term[] = []
  for (const term of index.terms) {
    if (term.coefficient % by === 0) whole.push({ atom: term.atom, coefficient: term.coefficient / by })
    else rest.push(term)
  }
  const multiples = Math.floor(index.constant / by)
  return { whole: make(whole, multiples), rest: make(rest, index.constant - multiples * by) }
}

function commonDivisor(index: Index, by: number): number {
  let divisor = gcd(by, index.constant)
  for (const { coefficient } of index.terms) divisor = gcd(divisor, coefficient)
  return divisor
}

function gcd(a: number, b: number): number {
  return b === 0 ? Math.abs(a) : gcd(b, a % b)
}

function scaledDown(index: Index, by: number): Index {
  return make(
    index.terms.map(({ atom, coefficient }) => ({ atom, coefficient: coefficient / by })),
    index.constant / by,
  )
}

/** The position in row-major order of the element at the coordinates. */
export function ravel(coordinates: readonly Index[], shape: readonly number[]): Index {
  let index = constantIndex(0)
  coordinates.forEach((coordinate, axis) => {
    index = plus(times(index, shape[axis]!), coordinate)
  })
  return index
}

/** The coordinates of the element at a position in row-major order. */
export function unravel(position: Index, shape: readonly number[]): Index[] {
  // an array without elements has no coordinates
  if (shape.includes(0)) return shape.map(() => constantIndex(0))
  const coordinates = new Array<Index>(shape.length)
  let rest = position
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (axis === 0) coordinates[0] = rest
    else {
      coordinates[axis] = remainder(rest, shape[axis]!)
      rest = quotient(rest, shape[axis]!)
    }
  }
  // an axis of size 1 has one coordinate, whatever the arithmetic gives
  return coordinates.map((coordinate, axis) => (shape[axis] === 1 ? constantIndex(0) : coordinate))
}

/** The index with its atoms replaced. */
export function substitute(index: Index, replace: (atom: Atom) => Index): Index {
  let result = constantIndex(index.constant)
  for (const { atom, coefficient } of index.terms) {
    const inner =
      atom.kind === 'axis' || atom.kind === 'lookup'
        ? replace(atom)
        : (atom.kind === 'quotient' ? quotient : remainder)(substitute(atom.of, replace), atom.by)
    result = plus(result, times(inner, coefficient))
  }
  return result
}

/** Visits every atom, including those inside divisions. */
export function forEachAtom(index: Index, visit: (atom: Atom) => void): void {
  for (const { atom } of index.terms) {
    visit(atom)
    if (atom.kind === 'quotient' || atom.kind === 'remainder') forEachAtom(atom.of, visit)
  }
}

/** The arithmetic that the rules of ops use. */
export const indexArithmetic: IndexArithmetic<Index> = {
  constant: constantIndex,
  plus,
  times,
  shifted,
  quotient,
  remainder,
  ravel,
  unravel,
}

/** The change of an index when an axis goes up by one; undefined where it is not constant. */
export function strideAlong(index: Index, axis: Axis): number | undefined {
  let stride = 0
  for (const { atom, coefficient } of index.terms) {
    if (atom === axis) stride += coefficient
    else if (axesOfAtom(atom).includes(axis)) return undefined
  }
  return stride
}
