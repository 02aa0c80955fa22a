import type { Atom, Axis, Index, Lookup } from '../index/integer.ts'

/** The value of an index, given the values of axes and lookups. */
export function indexValue({ terms, constant }: Index, known: (atom: Axis | Lookup) => number): number {
  return terms.reduce((sum, { atom, coefficient }) => sum + coefficient * atomValue(atom, known), constant)
}

function atomValue(atom: Atom, known: (atom: Axis | Lookup) => number): number {
  if (atom.kind === 'axis' || atom.kind === 'lookup') return known(atom)
  const of = indexValue(atom.of, known)
  const whole = Math.floor(of / atom.by)
  return atom.kind === 'quotient' ? whole : of - whole * atom.by
}
