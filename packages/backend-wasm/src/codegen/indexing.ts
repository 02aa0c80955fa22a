import {
  type Atom,
  type Axis,
  axesOfAtom,
  type Condition,
  type Index,
  rangeOf,
  strideAlong,
  type Term,
} from '@gradus/schedule'
import { type I32, i32 } from '../assembler/index.ts'
import type { Block } from './block.ts'
import type { MemoryOperand } from './lanes.ts'

/** The surroundings of code for indices. */
export interface IndexEnvironment {
  readonly block: Block
  readonly vectorAxis: Axis | undefined
  readonly lanes: { readonly width: number }
  looked(id: number, part: number, lane: number): I32
  holds(condition: Condition, part: number, lane: number): I32
}

/** Emits code for indices and addresses, with each partial sum in the loop on which it depends. */
export class Indexing {
  constructor(private readonly environment: IndexEnvironment) {}

  /** The value of an index in one lane of one vector. */
  value(index: Index, part: number, lane: number): I32 {
    const ahead = this.ahead(index, part, lane)
    const sum = this.sum(i32.const(0), 'i', index.terms, 1, part, lane)
    const constant = index.constant + ahead
    if (index.terms.length === 0) return i32.const(constant)
    return constant === 0 ? sum : i32.add(sum, i32.const(constant))
  }

  /** The address of the element with an index in the first lane; `pointer` is the address of the value. */
  locate(pointer: I32, bytes: number, index: Index, part: number, guards: readonly Condition[]): MemoryOperand {
    const offset = bytes * (index.constant + this.ahead(index, part, 0))
    const address = this.sum(pointer, keyOfPointer(pointer), index.terms, bytes, part, 0)
    if (guards.length > 0) {
      const inside = guards.map((guard) => this.someLaneHolds(guard, part)).reduce((a, b) => i32.and(a, b))
      // where no lane counts, any address may be read
      return { address: i32.select(inside, this.moved(address, offset), pointer), offset: 0 }
    }
    return offset < 0 ? { address: this.moved(address, offset), offset: 0 } : { address, offset }
  }

  locateEach(pointer: I32, bytes: number, index: Index, part: number, guards: readonly Condition[]): MemoryOperand[] {
    return Array.from({ length: this.environment.lanes.width }, (_, lane) => {
      const stride = strideAlong(index, this.environment.vectorAxis!)
      if (guards.length === 0 && stride !== undefined && stride > 0) {
        const { address, offset } = this.locate(pointer, bytes, index, part, guards)
        return { address, offset: offset + lane * stride * bytes }
      }
      const address = i32.add(pointer, i32.mul(this.value(index, part, lane), i32.const(bytes)))
      if (guards.length === 0) return { address, offset: 0 }
      const inside = guards.map((guard) => this.environment.holds(guard, part, lane)).reduce((a, b) => i32.and(a, b))
      return { address: i32.select(inside, address, pointer), offset: 0 }
    })
  }

  private moved(address: I32, by: number): I32 {
    return by === 0 ? address : i32.add(address, i32.const(by))
  }

  /** The distance of a lane from the first lane of the first vector, without divisions. */
  private ahead(index: Index, part: number, lane: number): number {
    const { vectorAxis, lanes } = this.environment
    const term = index.terms.find(({ atom }) => atom === vectorAxis)
    return term ? term.coefficient * (part * lanes.width + lane) : 0
  }

  /** `start` plus the scaled terms, from the outermost loop inwards. */
  private sum(start: I32, startKey: string, terms: readonly Term[], scale: number, part: number, lane: number): I32 {
    const { block, vectorAxis } = this.environment
    const placed = terms.map((term) => ({ term, home: block.binding(axesOfAtom(term.atom)) }))
    placed.sort((a, b) => a.home.depth - b.home.depth)
    let sum: I32 | undefined
    let key = startKey
    for (const { term, home } of placed) {
      const irregular =
        vectorAxis !== undefined && term.atom !== vectorAxis && axesOfAtom(term.atom).includes(vectorAxis)
      key += `+${term.coefficient * scale}${keyOfAtom(term.atom)}${irregular ? `@${part}.${lane}` : ''}`
      const known = block.find(key)
      if (known) {
        sum = known as I32
        continue
      }
      const scaled = this.scaled(term.atom, term.coefficient * scale, home, part, lane)
      const next = sum === undefined && startKey === 'i' ? scaled : i32.add(sum ?? start, scaled)
      sum = home.let(next)
      home.remember(key, sum)
    }
    return sum ?? start
  }

  private scaled(atom: Atom, factor: number, home: Block, part: number, lane: number): I32 {
    const value = this.atom(atom, part, lane)
    return factor === 1 ? value : home.let(i32.mul(value, i32.const(factor)))
  }

  private atom(atom: Atom, part: number, lane: number): I32 {
    const { environment } = this
    if (atom.kind === 'axis') return environment.block.valueOf(atom)
    if (atom.kind === 'lookup') return environment.looked(atom.id, part, lane)
    const inner = this.value(atom.of, part, lane)
    return atom.kind === 'quotient' ? floorDivide(inner, atom.of, atom.by) : floorRemainder(inner, atom.of, atom.by)
  }

  /** Whether a condition holds in some lane. */
  private someLaneHolds(condition: Condition, part: number): I32 {
    const { vectorAxis, lanes } = this.environment
    const stride = vectorAxis ? strideAlong(condition.index, vectorAxis) : 0
    if (stride === undefined) {
      const each = Array.from({ length: lanes.width }, (_, lane) => this.environment.holds(condition, part, lane))
      return each.reduce((a, b) => i32.or(a, b))
    }
    const reach = Math.abs(stride) * (lanes.width - 1)
    const { index, low, high } = condition
    const from = stride > 0 ? low - reach : low
    const to = stride < 0 ? high + reach : high
    return this.environment.holds({ index, low: from, high: to }, part, 0)
  }
}

function keyOfPointer(pointer: I32): string {
  return `p${String(pointer.bytes)}`
}

function keyOfAtom(atom: Atom): string {
  if (atom.kind === 'axis') return `a${atom.id}`
  if (atom.kind === 'lookup') return `v${atom.id}`
  return `(${atom.of.key}${atom.kind === 'quotient' ? '/' : '%'}${atom.by})`
}

/** WebAssembly division rounds towards zero, so a multiple of the divisor is first added to negative dividends. */
function floorDivide(value: I32, of: Index, by: number): I32 {
  const shift = multiplesBelow(of, by)
  if (shift === 0) return i32.divU(value, i32.const(by))
  return i32.sub(i32.divU(i32.add(value, i32.const(shift * by)), i32.const(by)), i32.const(shift))
}

function floorRemainder(value: I32, of: Index, by: number): I32 {
  const shift = multiplesBelow(of, by)
  return i32.remU(shift === 0 ? value : i32.add(value, i32.const(shift * by)), i32.const(by))
}

function multiplesBelow(of: Index, by: number): number {
  const { low } = rangeOf(of)
  return low < 0 ? Math.ceil(-low / by) : 0
}
