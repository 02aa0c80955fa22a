import {
  type Axis,
  countOf,
  type Index,
  indexOf,
  type LoopKernel,
  type Pass,
  ravel,
  type Store,
} from '@gradus/schedule'
import {
  doWhile,
  type I32,
  i32,
  ifThen,
  increase,
  type Local,
  type Locals,
  sequence,
  type Void,
  whileLoop,
} from '../assembler/index.ts'
import { Accumulators } from './accumulators.ts'
import { Block } from './block.ts'
import { Evaluator } from './evaluator.ts'
import { type Lanes, scalarLanes, vectorLanes } from './lanes.ts'
import type { ScatterPlan } from './scatter-plan.ts'
import { StoreWriter } from './store-writer.ts'
import { chooseStrategy, type Strategy } from './strategy.ts'
import { type KernelCode, kernelSignature, Pointers, type Tools } from './tools.ts'

/**
 * The number of elements along the vector axis per unit of work, where there is one row; fewer where each element is a
 * column.
 */
const elementsPerUnit = 256
const columnsPerUnit = 16

/**
 * The number of additions to one float32 accumulator. Each takes at most half a unit in the last place of the sum so far, so
 * the sum of a block has a relative error of at most `blockSteps` times 2 ** -24; those of blocks are added in doubles. Two
 * blocks would not be worth their cost.
 */
const blockSteps = 64
const fewSteps = 128

/** An inner loop that is interrupted after each `rounds` iterations. */
interface Blocking {
  readonly axis: Axis
  readonly rounds: number
  readonly flush: (block: Block) => void
}

/** The function of a loop kernel, which may add at indices. */
export function loopFunction(kernel: LoopKernel, tools: Tools, scatter?: ScatterPlan): KernelCode {
  const strategy = chooseStrategy(kernel, tools.features.simd)
  let values: readonly number[] = []
  let scratchBytes = 0
  let units = 1
  const callable = tools.module.function(kernelSignature, (locals, args, begin, end) => {
    const builder = new LoopBuilder(kernel, strategy, tools, locals, args.get, scatter)
    const code = builder.build(begin, end)
    values = builder.pointers.values
    scratchBytes = builder.scratchBytes
    units = builder.units
    return code
  })
  const inOrder = kernel.passes.some(({ stores }) => stores.some(({ add }) => add))
  return { callable, values, units, scratchBytes, workspaceBytes: 0, inOrder }
}

class LoopBuilder {
  scratchBytes = 0
  readonly pointers: Pointers
  private readonly lanes: Lanes
  private readonly root: Block
  private readonly evaluator: Evaluator
  private readonly writer: StoreWriter
  private readonly rowAxes: readonly Axis[]
  /** The vector axis, if it is an outer axis. */
  private readonly across: Axis | undefined
  private spread = 1

  constructor(
    private readonly kernel: LoopKernel,
    private readonly strategy: Strategy,
    private readonly tools: Tools,
    private readonly locals: Locals,
    args: I32,
    scatter: ScatterPlan | undefined,
  ) {
    const { axis } = strategy
    this.lanes = axis ? vectorLanes : scalarLanes
    this.root = new Block(locals)
    this.pointers = new Pointers(args, this.root)
    this.across = axis && kernel.outer.includes(axis) ? axis : undefined
    this.rowAxes = kernel.outer.filter((outer) => outer !== axis)
    this.evaluator = new Evaluator(
      {
        make: kernel.make,
        lanes: this.lanes,
        vectorAxis: axis,
        tools,
        pointers: this.pointers,
        rowBuffer: (slot) => this.rowBuffer(slot),
      },
      this.root,
    )
    this.writer = new StoreWriter(this.evaluator, tools, scatter)
  }

  get units(): number {
    if (this.rows > 1) return this.rows
    return this.across ? Math.ceil(this.across.size / this.elementsPerUnit) : 1
  }

  private get elementsPerUnit(): number {
    return this.kernel.inner.length > 0 ? columnsPerUnit : elementsPerUnit
  }

  private get rows(): number {
    return countOf(this.rowAxes)
  }

  build(begin: Local<'i32'>, end: Local<'i32'>): Void {
    const body = new Block(this.locals, this.root)
    if (this.rows > 1) return this.loopOverRows(begin, end, body)
    this.evaluator.block = body
    this.row(body, this.across && this.units > 1 ? { begin, end } : undefined)
    return sequence(this.root.code(), body.code())
  }

  private loopOverRows(begin: Local<'i32'>, end: Local<'i32'>, body: Block): Void {
    const { locals, root } = this
    const row = begin
    const single = this.rowAxes.length === 1
    const positions = this.rowAxes.map(() => (single ? row : locals.add('i32')))
    const decode: Void[] = []
    if (!single) {
      let rest = row.get
      for (let i = this.rowAxes.length - 1; i >= 0; i--) {
        const { size } = this.rowAxes[i]!
        decode.push(positions[i]!.set(i === 0 ? rest : i32.remU(rest, i32.const(size))))
        if (i > 0) rest = i32.divU(rest, i32.const(size))
      }
    }
    this.rowAxes.forEach((axis, i) => body.bind(axis, positions[i]!.get))
    this.evaluator.block = body
    this.row(body, undefined)
    const step = single ? [] : [this.advance(positions, positions.length - 1)]
    const loop = doWhile(sequence(body.code(), ...step, increase(row, i32.const(1))), i32.ltU(row.get, end.get))
    return sequence(root.code(), ...decode, loop)
  }

  /** Advances the coordinates to the next row. */
  private advance(positions: readonly Local<'i32'>[], at: number): Void {
    const position = positions[at]!
    if (at === 0) return increase(position, i32.const(1))
    const next = position.tee(i32.add(position.get, i32.const(1)))
    const full = i32.eq(next, i32.const(this.rowAxes[at]!.size))
    return ifThen(full, sequence(position.set(i32.const(0)), this.advance(positions, at - 1)))
  }

  /** The code for one position of the row axes. */
  private row(block: Block, range: { readonly begin: Local<'i32'>; readonly end: Local<'i32'> } | undefined): void {
    const { across, strategy } = this
    if (!across) {
      this.spread = 1
      this.passes(block, this.kernel.inner, strategy.axis ? strategy.parts : 1, 4)
      return
    }
    block.add(
      this.vectorLoop(block, across, range, (body, parts, count) => {
        this.spread = 4 * parts
        this.passes(body, this.kernel.inner, parts, count)
      }),
    )
  }

  /** Loops along the vector axis by several vectors, then by one, then over the rest. */
  private vectorLoop(
    block: Block,
    axis: Axis,
    range: { readonly begin: Local<'i32'>; readonly end: Local<'i32'> } | undefined,
    emit: (body: Block, parts: number, count: number) => void,
    blocking?: Blocking,
  ): Void {
    const { locals, evaluator } = this
    const { parts } = this.strategy
    const position = locals.add('i32')
    const iteration = (parts: number, count: number): Void => {
      const body = new Block(locals, block)
      body.bind(axis, position.get)
      evaluator.block = body
      emit(body, parts, count)
      evaluator.block = block
      return sequence(body.code(), increase(position, i32.const(4 * parts)))
    }
    const code: Void[] = []
    const tail = axis.size % 4
    if (range) {
      const stop = locals.add('i32')
      const last = i32.mul(range.end.get, i32.const(this.elementsPerUnit))
      code.push(position.set(i32.mul(range.begin.get, i32.const(this.elementsPerUnit))))
      code.push(stop.set(last), ifThen(i32.gtU(stop.get, i32.const(axis.size)), stop.set(i32.const(axis.size))))
      const fits = (length: number) => i32.leU(i32.add(position.get, i32.const(length)), stop.get)
      if (parts > 1) code.push(whileLoop(fits(4 * parts), iteration(parts, 4)))
      code.push(whileLoop(fits(4), iteration(1, 4)))
      if (tail > 0) code.push(ifThen(i32.ltU(position.get, stop.get), iteration(1, tail)))
      return sequence(...code)
    }
    let done = 0
    const several = (step: number): void => {
      const rounds = Math.floor((axis.size - done) / (4 * step))
      if (rounds === 0) return
      done += rounds * 4 * step
      const body = iteration(step, 4)
      if (blocking && rounds > blocking.rounds) {
        code.push(this.blockLoop(block, body, position, done, 4 * step * blocking.rounds, blocking))
      } else code.push(rounds === 1 ? body : doWhile(body, i32.ltU(position.get, i32.const(done))))
    }
    code.push(position.set(i32.const(0)))
    if (parts > 1) several(parts)
    several(1)
    if (tail > 0) code.push(iteration(1, tail))
    if (blocking && done + tail > Math.floor(axis.size / (4 * parts)) * 4 * parts)
      code.push(this.flushed(block, blocking))
    return sequence(...code)
  }

  /** Repeats `body`, which moves the position, up to `end`, with a flush after each `length` positions and at the end. */
  private blockLoop(
    block: Block,
    body: Void,
    position: Local<'i32'>,
    end: number,
    length: number,
    blocking: Blocking,
  ): Void {
    const stop = this.locals.add('i32')
    return doWhile(
      sequence(
        stop.set(i32.add(position.get, i32.const(length))),
        ifThen(i32.gtU(stop.get, i32.const(end)), stop.set(i32.const(end))),
        doWhile(body, i32.ltU(position.get, stop.get)),
        this.flushed(block, blocking),
      ),
      i32.ltU(position.get, i32.const(end)),
    )
  }

  private flushed(block: Block, { flush }: Blocking): Void {
    const own = new Block(this.locals, block)
    flush(own)
    return own.code()
  }

  /**
   * The loop that divides long reductions into blocks: the innermost one of which an iteration has less than a block and all
   * iterations have more.
   */
  private blockingOf(inner: readonly Axis[], parts: number): Pick<Blocking, 'axis' | 'rounds'> | undefined {
    const along = this.strategy.axis
    const nest = inner.map((axis) => ({ axis, steps: axis === along ? Math.ceil(axis.size / (4 * parts)) : axis.size }))
    const lanes = nest.filter(({ axis }) => axis === along)
    if (nest.reduce((product, { steps }) => product * steps, 1) <= fewSteps) return undefined
    let within = 1
    for (const { axis, steps } of [...nest.filter(({ axis }) => axis !== along), ...lanes].reverse()) {
      if (within * steps > blockSteps) {
        const rounds = Math.max(1, Math.floor(blockSteps / within))
        return { axis, rounds: Math.ceil(steps / Math.ceil(steps / rounds)) }
      }
      within *= steps
    }
    return undefined
  }

  /** All passes, for `parts` vectors of which the first `count` lanes count. */
  private passes(block: Block, inner: readonly Axis[], parts: number, count: number): void {
    const { kernel, evaluator, locals } = this
    let segment = block
    const long = this.blockingOf(inner, parts)
    for (const pass of kernel.passes) {
      const accumulators = new Accumulators(pass.reductions, {
        evaluator,
        locals,
        parts: this.across ? parts : this.strategy.axis ? parts : 1,
        alongLanes: this.strategy.axis !== undefined && !this.across,
        inBlocks: long !== undefined,
      })
      const blocking =
        long && accumulators.hasLongSums ? { ...long, flush: (own: Block) => accumulators.flush(own) } : undefined
      accumulators.start(segment)
      segment.add(this.innerLoops(segment, inner, pass, accumulators, parts, count, blocking))
      // code after the pass may use its reductions
      const next = new Block(locals, segment)
      evaluator.block = next
      accumulators.finish(next)
      this.segments.push(next)
      segment = next
    }
    this.rowStores(segment, kernel.rowStores, parts, count)
    this.closeSegments(block)
  }

  private segments: Block[] = []

  /** Appends the blocks after each pass to the enclosing block. */
  private closeSegments(block: Block): void {
    for (const segment of this.segments) block.add(segment.code())
    this.segments = []
  }

  private innerLoops(
    block: Block,
    inner: readonly Axis[],
    pass: Pass,
    accumulators: Accumulators,
    parts: number,
    count: number,
    blocking: Blocking | undefined,
  ): Void {
    const { evaluator, locals, strategy } = this
    if (inner.some(({ size }) => size === 0)) return sequence()
    const alongLanes = strategy.axis && !this.across ? strategy.axis : undefined
    const [axis, ...others] = alongLanes ? [...inner.filter((own) => own !== alongLanes), alongLanes] : inner
    if (!axis) {
      this.element(block, pass, accumulators, parts, count)
      return sequence()
    }
    const rest =
      alongLanes && axis !== alongLanes ? [...others.filter((own) => own !== alongLanes), alongLanes] : others
    const own = blocking?.axis === axis ? blocking : undefined
    if (axis === alongLanes) {
      const emit = (body: Block, parts: number, count: number) => this.element(body, pass, accumulators, parts, count)
      return this.vectorLoop(block, axis, undefined, emit, own)
    }
    const position = locals.add('i32')
    const body = new Block(locals, block)
    body.bind(axis, position.get)
    evaluator.block = body
    body.add(this.innerLoops(body, rest, pass, accumulators, parts, count, blocking))
    evaluator.block = block
    const each = sequence(body.code(), increase(position, i32.const(1)))
    const loop = own
      ? this.blockLoop(block, each, position, axis.size, own.rounds, own)
      : doWhile(each, i32.ltU(position.get, i32.const(axis.size)))
    return sequence(position.set(i32.const(0)), loop)
  }

  /** The code of a pass at one position of the inner loops. */
  private element(block: Block, pass: Pass, accumulators: Accumulators, parts: number, count: number): void {
    const { evaluator, writer } = this
    evaluator.block = block
    for (let part = 0; part < parts; part++) {
      for (const { slot, index, expression } of pass.saves) {
        const value = evaluator.value(expression, part)
        const dtype = expression.dtype === 'bool' ? 'int32' : expression.dtype
        block.add(this.lanes.storeRun(dtype, evaluator.locateScratch(slot, index, part), value, 4))
      }
      accumulators.take(block, part, count)
      writer.writeAll(block, pass.stores, part, count)
    }
  }

  private rowStores(block: Block, stores: readonly Store[], parts: number, count: number): void {
    const varying = stores.filter((store) => this.evaluator.varies(store.index.axes))
    for (let part = 0; part < parts; part++) this.writer.writeAll(block, part === 0 ? stores : varying, part, count)
  }

  private rowBuffer(slot: number) {
    const { kernel, tools, strategy } = this
    const length = countOf(kernel.inner)
    const bytes = this.lanes.width === 1 ? 8 : 4
    const widest = this.across ? 4 * strategy.parts : 1
    const size = Math.ceil((length * widest * bytes) / 16 + 1) * 16
    this.scratchBytes = Math.max(this.scratchBytes, (slot + 1) * size)
    const pointer = this.root.once(`scratch ${slot}`, () => i32.add(tools.scratch.get, i32.const(slot * size)))
    return { pointer, bytes, spread: this.spread, position: this.rowPosition }
  }

  /** The position within a row buffer if lanes lie along an inner axis that is not the last: the elements of a vector are adjacent. */
  private get rowPosition(): Index | undefined {
    const { inner } = this.kernel
    const { axis } = this.strategy
    if (!axis || this.across || inner.at(-1) === axis) return undefined
    const order = [...inner.filter((other) => other !== axis), axis]
    return ravel(
      order.map(indexOf),
      order.map(({ size }) => size),
    )
  }
}
