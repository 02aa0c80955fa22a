import {
  type Axis,
  type Condition,
  type Expression,
  type Expressions,
  type Index,
  inputsFirst,
  inputsOf,
  type Load,
  rangeOf,
  strideAlong,
} from '@gradus/schedule'
import type { DType } from '@gradus/tensor'
import { bytesPerElement } from '@gradus/tensor/internals'
import { type I32, i32, Temporaries } from '../assembler/index.ts'
import type { Emitter } from '../elementwise/row.ts'
import { elementwiseRow } from '../elementwise/table.ts'
import { type Arithmetic, withKeptConstants } from '../math/index.ts'
import type { Block } from './block.ts'
import { Indexing } from './indexing.ts'
import type { Lanes, MemoryOperand, Value } from './lanes.ts'
import type { Pointers, Tools } from './tools.ts'

/** The surroundings of the code of a kernel. */
export interface KernelEnvironment {
  readonly make: Expressions
  readonly lanes: Lanes
  /** The axis along which the lanes of a vector lie. */
  readonly vectorAxis: Axis | undefined
  readonly tools: Tools
  readonly pointers: Pointers
  /**
   * The address of a row buffer, its bytes per element, the distance between elements of one row, and their position if that is
   * not the index in the kernel.
   */
  rowBuffer?(slot: number): {
    readonly pointer: I32
    readonly bytes: number
    readonly spread: number
    readonly position: Index | undefined
  }
}

/** The results of a reduction, one per vector, and the block in which they are known. */
export interface ReducedValue {
  readonly block: Block
  readonly values: readonly Value[]
}

/** Facts about an expression and all below it. */
interface Facts {
  readonly reductions: ReadonlySet<number>
  /** Whether it may read outside of a value. */
  readonly needsGuard: boolean
}

/** Turns expressions into code, each in the outermost loop on which it depends. */
export class Evaluator {
  block: Block
  readonly reduced = new Map<number, ReducedValue>()
  private readonly arithmetic: Arithmetic
  private readonly indexing: Indexing

  constructor(
    private readonly environment: KernelEnvironment,
    root: Block,
  ) {
    this.block = root
    this.arithmetic = withKeptConstants(environment.tools.arithmetic, (constant) => root.let(constant))
    this.indexing = new Indexing(this)
  }

  /** The value of an expression in vector number `part` of those that are computed together. */
  value(expression: Expression, part = 0, guards: readonly Condition[] = []): Value {
    // inputs first, so that a long chain does not recurse
    inputsFirst(
      expression,
      (below) => isKept(below) && !this.block.find(this.keyOf(below, part, guards)),
      (below) => (below.kind === 'apply' ? below.inputs : []),
      (below) => this.compute(below, part, guards),
    )
    return this.compute(expression, part, guards)
  }

  /** The name of a value in blocks. */
  private keyOf(expression: Expression, part: number, guards: readonly Condition[]): string {
    const guarded = guards.length > 0 && this.needsGuard(expression)
    return `${expression.id}${this.varies(expression.axes) ? `:${part}` : ''}${guarded ? `?${keyOf(guards)}` : ''}`
  }

  /** The value of an expression whose inputs are known. */
  private compute(expression: Expression, part: number, guards: readonly Condition[]): Value {
    const key = this.keyOf(expression, part, guards)
    const known = this.block.find(key)
    if (known) return known
    const varies = this.varies(expression.axes)
    const guarded = guards.length > 0 && this.needsGuard(expression)
    const target = this.targetOf(expression, guarded ? guards : [])
    const saved = this.block
    const code = this.build(expression, varies ? part : 0, guarded ? guards : [])
    this.block = saved
    if (!isKept(expression)) return code
    const value = target.let(code)
    target.remember(key, value)
    return value
  }

  /** Whether the lanes of a vector differ. */
  varies(axes: readonly Axis[]): boolean {
    return this.vectorAxis !== undefined && axes.includes(this.vectorAxis)
  }

  /** The value of an index in one lane. */
  index(index: Index, part = 0, lane = 0): I32 {
    return this.indexing.value(index, part, lane)
  }

  /** An index as int32 in each lane. */
  positionOf(index: Index, part: number): Value {
    return this.coordinate({ dtype: 'int32', index }, part)
  }

  /** The value of a lookup. */
  looked(id: number, part: number, lane: number): I32 {
    const expression = this.environment.make.byId(id)
    const value = this.value(expression, part)
    return this.environment.lanes.integerAt(value, this.varies(expression.axes) ? lane : 0)
  }

  constant(dtype: DType, value: number): Value {
    return this.lanes.constant(this.arithmetic, dtype, value)
  }

  get lanes(): Lanes {
    return this.environment.lanes
  }

  get vectorAxis(): Axis | undefined {
    return this.environment.vectorAxis
  }

  /** The address of a value. */
  pointer(value: number): I32 {
    return this.environment.pointers.of(value)
  }

  /** The address of the element with an index; if elements of the lanes are contiguous, that of the first lane. */
  locate(value: number, bytes: number, index: Index, part: number, guards: readonly Condition[] = []): MemoryOperand {
    return this.indexing.locate(this.environment.pointers.of(value), bytes, index, part, guards)
  }

  /** The address of each lane. */
  locateEach(
    value: number,
    bytes: number,
    index: Index,
    part: number,
    guards: readonly Condition[] = [],
  ): MemoryOperand[] {
    return this.indexing.locateEach(this.environment.pointers.of(value), bytes, index, part, guards)
  }

  /** The address of an element of a row buffer. */
  locateScratch(slot: number, index: Index, part: number): MemoryOperand {
    const { pointer, bytes, spread, position = index } = this.environment.rowBuffer!(slot)
    const at = this.indexing.locate(pointer, bytes * spread, position, part, [])
    // rows that are computed together are interleaved
    return spread === 1 ? at : { address: at.address, offset: at.offset + bytes * this.lanes.width * part }
  }

  /** Whether all lanes read one element, contiguous elements, or each its own. */
  layout(index: Index): 'one' | 'run' | 'each' {
    const axis = this.vectorAxis
    if (!axis || !index.axes.includes(axis)) return 'one'
    return strideAlong(index, axis) === 1 ? 'run' : 'each'
  }

  private targetOf(expression: Expression, guards: readonly Condition[]): Block {
    let target = this.block.binding([...expression.axes, ...guards.flatMap(({ index }) => index.axes)])
    for (const reduction of this.reductionsIn(expression)) {
      const { block } = this.reduced.get(reduction)!
      if (block.depth > target.depth) target = block
    }
    return target
  }

  private readonly facts = new Map<Expression, Facts>()

  private factsOf(expression: Expression): Facts {
    inputsFirst(
      expression,
      (part) => !this.facts.has(part),
      inputsOf,
      (part) => {
        const below = inputsOf(part).map((input) => this.facts.get(input)!)
        this.facts.set(part, {
          reductions:
            part.kind === 'reduced' ? only(part.reduction) : united(below.map(({ reductions }) => reductions)),
          needsGuard: part.kind === 'load' ? this.mayReadOutside(part) : below.some(({ needsGuard }) => needsGuard),
        })
      },
    )
    return this.facts.get(expression)!
  }

  private reductionsIn(expression: Expression): ReadonlySet<number> {
    return this.factsOf(expression).reductions
  }

  /** Whether an expression may read outside of a value. */
  private needsGuard(expression: Expression): boolean {
    return this.factsOf(expression).needsGuard
  }

  private mayReadOutside({ index, value }: Load): boolean {
    const { low, high } = rangeOf(index)
    return low < 0 || high >= this.environment.tools.sizeOf(value)
  }

  private build(expression: Expression, part: number, guards: readonly Condition[]): Value {
    const { lanes } = this
    switch (expression.kind) {
      case 'constant':
        return this.constant(expression.dtype, expression.value)
      case 'load':
        return this.load(expression, part, guards)
      case 'rowBuffer':
        return this.loadScratch(expression, part)
      case 'coordinate':
        return this.coordinate(expression, part)
      case 'reduced': {
        const { values } = this.reduced.get(expression.reduction)!
        return values[values.length === 1 ? 0 : part]!
      }
      case 'choice': {
        const inside = this.value(expression.inside, part, [...guards, ...expression.conditions])
        const outside = this.value(expression.outside, part, guards)
        return lanes.choose(this.conditions(expression.conditions, part), inside, outside)
      }
      case 'apply':
        return this.apply(expression, part, guards)
    }
  }

  private load(expression: Load, part: number, guards: readonly Condition[]): Value {
    const { stored, value, index } = expression
    return this.numbers(stored, this.loadAt(stored, value, index, part, guards))
  }

  /** Converts loaded elements to the numbers with which code computes. */
  numbers(stored: DType, loaded: Value): Value {
    if (stored !== 'float16') return loaded
    const temps = new Temporaries(this.block.locals)
    return temps.end(this.lanes.unpackHalves(temps, loaded))
  }

  private loadAt(stored: DType, value: number, index: Index, part: number, guards: readonly Condition[]): Value {
    const bytes = bytesPerElement(stored)
    switch (this.layout(index)) {
      case 'one':
        return this.lanes.loadOne(stored, this.locate(value, bytes, index, part, guards))
      case 'run':
        return this.lanes.loadRun(stored, this.locate(value, bytes, index, part, guards))
      case 'each':
        return this.lanes.loadEach(stored, this.locateEach(value, bytes, index, part, guards))
    }
  }

  private loadScratch({ dtype, slot, index }: Extract<Expression, { kind: 'rowBuffer' }>, part: number): Value {
    // a bool is stored as a lane of bits
    return this.lanes.loadRun(dtype === 'bool' ? 'int32' : dtype, this.locateScratch(slot, index, part))
  }

  private coordinate({ dtype, index }: { readonly dtype: DType; readonly index: Index }, part: number): Value {
    if (this.layout(index) === 'one') return this.lanes.integer(dtype, this.index(index, part))
    return this.lanes.integers(
      dtype,
      this.eachLane((lane) => this.index(index, part, lane)),
    )
  }

  /** Whether all conditions hold, lane by lane. */
  private conditions(conditions: readonly Condition[], part: number): Value {
    const { lanes } = this
    const tests = (lane: number) =>
      conditions.map((condition) => this.holds(condition, part, lane)).reduce((a, b) => i32.and(a, b))
    if (conditions.every(({ index }) => this.layout(index) === 'one')) return lanes.truth(tests(0))
    return lanes.apply(elementwiseRow('notEqual')!, this.emitter(['int32', 'int32'], 'bool', []), [
      lanes.integers('int32', this.eachLane(tests)),
      this.constant('int32', 0),
    ])
  }

  /** Whether a condition holds in one lane. */
  holds({ index, low, high }: Condition, part: number, lane: number): I32 {
    const from = i32.sub(this.index(index, part, lane), i32.const(low))
    return i32.ltU(from, i32.const(high - low))
  }

  private eachLane<T>(make: (lane: number) => T): T[] {
    return Array.from({ length: this.lanes.width }, (_, lane) => make(lane))
  }

  private apply(
    { fn, inputs, dtype }: Extract<Expression, { kind: 'apply' }>,
    part: number,
    guards: readonly Condition[],
  ): Value {
    const row = elementwiseRow(fn.name)!
    const values = inputs.map((input) => this.value(input, part, guards))
    const emitter = this.emitter(
      inputs.map((input) => input.dtype),
      dtype,
      inputs,
    )
    return emitter.temps.end(this.lanes.apply(row, emitter, values))
  }

  private emitter(from: Emitter['inputs'], to: Emitter['to'], inputs: readonly Expression[]): Emitter {
    const { external } = this.environment.tools
    const { madd, nmadd, float, integer, double } = this.arithmetic
    return {
      madd,
      nmadd,
      float,
      integer,
      double,
      temps: new Temporaries(this.block.locals),
      inputs: from,
      from: from.at(-1)!,
      to,
      external: (name, ...values) => external(name, values),
      constantOf(input) {
        const expression = inputs[input]
        return expression?.kind === 'constant' ? expression.value : undefined
      },
    }
  }
}

function keyOf(guards: readonly Condition[]): string {
  return guards.map(({ index, low, high }) => `${index.key}:${low}:${high}`).join()
}

/** Whether the code of an expression is kept in a variable. */
function isKept({ kind }: Expression): boolean {
  return kind !== 'reduced' && kind !== 'constant'
}

const none: ReadonlySet<number> = new Set()

function only(reduction: number): ReadonlySet<number> {
  return new Set([reduction])
}

/** The union; one of the sets where it has all members. */
function united(sets: readonly ReadonlySet<number>[]): ReadonlySet<number> {
  const largest = sets.reduce((a, b) => (b.size > a.size ? b : a), none)
  if (sets.every((set) => [...set].every((member) => largest.has(member)))) return largest
  return new Set(sets.flatMap((set) => [...set]))
}
