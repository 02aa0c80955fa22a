/** A loop variable from 0 to `size - 1`. `id` tells axes of one kernel apart. */
export interface Axis {
  readonly kind: 'axis'
  readonly id: number
  readonly size: number
}

/** A quotient (rounded down) or remainder that could not be simplified away. */
export interface Division {
  readonly kind: 'quotient' | 'remainder'
  readonly of: Index
  readonly by: number
}

/** An integer known only at run time: the value of expression number `id`, from 0 to `size - 1`. */
export interface Looked {
  readonly kind: 'looked'
  readonly id: number
  readonly size: number
  /** The axes that the expression depends on. */
  readonly axes: readonly Axis[]
}

export type Atom = Axis | Division | Looked

export interface Term {
  readonly atom: Atom
  readonly coefficient: number
}

/** A whole number that depends on loop variables: `constant` plus the terms, which have distinct atoms. */
export interface Index {
  readonly terms: readonly Term[]
  readonly constant: number
  /** Equal for equal indices. */
  readonly key: string
}

function keyOf(atom: Atom): string {
  if (atom.kind === 'axis') return `a${atom.id}`
  if (atom.kind === 'looked') return `v${atom.id}`
  return `(${atom.of.key}${atom.kind === 'quotient' ? '/' : '%'}${atom.by})`
}

function make(terms: readonly Term[], constant: number): Index {
  const kept = terms.filter(({ coefficient }) => coefficient !== 0)
  const keyed = kept.map((term) => ({ term, key: keyOf(term.atom) })).sort((a, b) => (a.key < b.key ? -1 : 1))
  const key = `${keyed.map(({ term, key }) => `${term.coefficient}${key}`).join('+')}+${constant}`
  return { terms: keyed.map(({ term }) => term), constant, key }
}

export function constantIndex(value: number): Index {
  return make([], value)
}

export function indexOf(atom: Atom): Index {
  return make([{ atom, coefficient: 1 }], 0)
}

export function plus(a: Index, b: Index): Index {
  const byKey = new Map<string, Term>()
  for (const term of [...a.terms, ...b.terms]) {
    const key = keyOf(term.atom)
    const sofar = byKey.get(key)?.coefficient ?? 0
    byKey.set(key, { atom: term.atom, coefficient: sofar + term.coefficient })
  }
  return rejoined(make([...byKey.values()], a.constant + b.constant))
}

/** The index with what was taken apart by a division put together: (x / n) n + x % n is x. */
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
  return make(
    a.terms.map(({ atom, coefficient }) => ({ atom, coefficient: coefficient * factor })),
    a.constant * factor,
  )
}

export function shifted(a: Index, by: number): Index {
  return by === 0 ? a : make(a.terms, a.constant + by)
}

/** The smallest and the largest value that the index can take (bounds: terms are looked at one by one). */
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
  if (atom.kind === 'axis' || atom.kind === 'looked') return { low: 0, high: Math.max(0, atom.size - 1) }
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
  // a rest that stays within one multiple of the divisor
  if (Math.floor(high / by) === first) return shifted(whole, first)
  const shared = commonDivisor(rest, by)
  const atom: Division = { kind: 'quotient', of: scaledDown(rest, shared), by: by / shared }
  return plus(whole, indexOf(atom))
}

/** What is left of `index` after division by a positive constant, from 0 to `by - 1`. */
export function remainder(index: Index, by: number): Index {
  if (by === 1) return constantIndex(0)
  const { rest } = splitBy(index, by)
  const { low, high } = rangeOf(rest)
  const first = Math.floor(low / by)
  if (Math.floor(high / by) === first) return shifted(rest, -first * by)
  const shared = commonDivisor(rest, by)
  const atom: Division = { kind: 'remainder', of: scaledDown(rest, shared), by: by / shared }
  return times(indexOf(atom), shared)
}

/** The multiples of `by` in an index, divided by it, and the rest. */
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
  // nothing has no coordinates
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
  // an axis of size 1 has one coordinate, whatever the arithmetic says
  return coordinates.map((coordinate, axis) => (shape[axis] === 1 ? constantIndex(0) : coordinate))
}

/** The index with other atoms in place of its own. */
export function substitute(index: Index, replace: (atom: Atom) => Index): Index {
  let result = constantIndex(index.constant)
  for (const { atom, coefficient } of index.terms) {
    const inner =
      atom.kind === 'axis' || atom.kind === 'looked'
        ? replace(atom)
        : (atom.kind === 'quotient' ? quotient : remainder)(substitute(atom.of, replace), atom.by)
    result = plus(result, times(inner, coefficient))
  }
  return result
}

/** Calls `visit` with every atom, those inside of divisions too. */
export function forEachAtom(index: Index, visit: (atom: Atom) => void): void {
  for (const { atom } of index.terms) {
    visit(atom)
    if (atom.kind === 'quotient' || atom.kind === 'remainder') forEachAtom(atom.of, visit)
  }
}

/** How far the index moves when the axis goes up by one; undefined where that differs from place to place. */
export function strideAlong(index: Index, axis: Axis): number | undefined {
  let stride = 0
  for (const { atom, coefficient } of index.terms) {
    if (atom === axis) stride += coefficient
    else if (axesOfAtom(atom).includes(axis)) return undefined
  }
  return stride
}

/** The axes that an index depends on. */
export function axesOf(index: Index): Axis[] {
  return [...new Set(index.terms.flatMap(({ atom }) => axesOfAtom(atom)))]
}

function axesOfAtom(atom: Atom): readonly Axis[] {
  if (atom.kind === 'axis') return [atom]
  return atom.kind === 'looked' ? atom.axes : axesOf(atom.of)
}
