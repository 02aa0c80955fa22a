import type { Axis, ContractionKernel } from '@gradus/graph'
import {
  doWhile,
  f32x4,
  type I32,
  i32,
  ifElse,
  ifThen,
  increase,
  type Local,
  type Locals,
  sequence,
  type Void,
  v128,
} from '../../assembler/index.ts'
import { Evaluator } from '../evaluator.ts'
import { vectorLanes } from '../lanes.ts'
import { Scope } from '../scope.ts'
import { StoreWriter } from '../store-writer.ts'
import { type KernelCode, kernelSignature, Pointers, type Tools, workspace } from '../tools.ts'
import type { Layout } from './layout.ts'
import { packedBytes } from './packing.ts'

/** At most so many tiles, one below the other, are one unit of work: their rows stay in the second-level cache. */
const tilesPerUnit = 16

/** The function that computes a contraction tile by tile. */
export function tileFunction(
  kernel: ContractionKernel,
  layout: Layout,
  blocks: Axis | undefined,
  tools: Tools,
): KernelCode {
  let values: readonly number[] = []
  let units = 1
  let workspaceBytes = 0
  const callable = tools.module.function(kernelSignature, (locals, args, begin, end) => {
    const builder = new TileBuilder(kernel, layout, blocks, tools, locals, new Pointers(args.get))
    const code = builder.build(begin, end)
    values = builder.pointers.values
    units = builder.units
    workspaceBytes = builder.workspaceBytes
    return code
  })
  return { callable, values, units, scratchBytes: 0, workspaceBytes }
}

class TileBuilder {
  private readonly root: Scope
  private readonly evaluator: Evaluator
  private readonly writer: StoreWriter
  private readonly tiles: number
  private readonly tilesPerUnit: number
  /** Numbers of the batch, of the first row of the present tile, and of the first column. */
  private readonly group: Local<'i32'>
  private readonly row: Local<'i32'>
  private readonly column: Local<'i32'>
  private readonly block: Local<'i32'>

  constructor(
    private readonly kernel: ContractionKernel,
    private readonly layout: Layout,
    /** The axis of the blocks, if sums are made block by block. */
    private readonly blocks: Axis | undefined,
    private readonly tools: Tools,
    private readonly locals: Locals,
    readonly pointers: Pointers,
  ) {
    this.tiles = Math.ceil(layout.rows / layout.tileRows)
    this.tilesPerUnit = Math.min(tilesPerUnit, Math.ceil(this.tiles / 8))
    this.group = locals.add('i32')
    this.row = locals.add('i32')
    this.column = locals.add('i32')
    this.block = locals.add('i32')
    this.root = new Scope(locals)
    this.evaluator = new Evaluator(
      {
        make: kernel.make,
        lanes: vectorLanes,
        arithmetic: tools.arithmetic,
        pointerOf: (value) => this.pointerOf(value),
        scratch: () => {
          throw new Error('A contraction keeps no rows.')
        },
        sizeOf: tools.sizeOf,
        external: tools.external,
      },
      this.root,
    )
    this.evaluator.vectorAxis = layout.columns
    this.writer = new StoreWriter(this.evaluator, tools)
  }

  get units(): number {
    return this.unitsPerBatch * this.layout.batches
  }

  get workspaceBytes(): number {
    return this.partialsAt + (this.blocks ? this.partialBytes * this.layout.rows * this.layout.batches : 0)
  }

  /** Where in the workspace the sums of the blocks so far are kept, and how many bytes a row of them has. */
  private get partialsAt(): number {
    return this.layout.b ? 0 : packedBytes(this.layout)
  }

  private get partialBytes(): number {
    return 16 * this.layout.tileVectors * this.panelCount
  }

  private get panelCount(): number {
    return Math.ceil(this.layout.columns.size / (4 * this.layout.tileVectors))
  }

  private get unitsPerBatch(): number {
    return Math.ceil(this.tiles / this.tilesPerUnit)
  }

  build(begin: Local<'i32'>, end: Local<'i32'>): Void {
    const { locals, layout } = this
    const unit = new Scope(locals, this.root)
    this.bindAll(unit, this.kernel.batch, this.group.get)
    const first = locals.add('i32')
    const last = locals.add('i32')
    const rowsPerUnit = this.tilesPerUnit * layout.tileRows
    const decode = sequence(
      this.group.set(i32.divU(begin.get, i32.const(this.unitsPerBatch))),
      first.set(i32.mul(i32.remU(begin.get, i32.const(this.unitsPerBatch)), i32.const(rowsPerUnit))),
      last.set(i32.add(first.get, i32.const(rowsPerUnit))),
      ifThen(i32.gtU(last.get, i32.const(layout.rows)), last.set(i32.const(layout.rows))),
    )
    unit.add(this.blockLoop(unit, first, last))
    const body = sequence(decode, unit.code(), increase(begin, i32.const(1)))
    return sequence(this.root.code(), doWhile(body, i32.ltU(begin.get, end.get)))
  }

  private blockLoop(unit: Scope, first: Local<'i32'>, last: Local<'i32'>): Void {
    const { blocks, block, locals } = this
    if (!blocks) return this.panels(unit, first, last)
    const scope = new Scope(locals, unit)
    scope.bind(blocks, block.get)
    scope.add(this.panels(scope, first, last))
    const body = sequence(scope.code(), increase(block, i32.const(1)))
    return sequence(block.set(i32.const(0)), doWhile(body, i32.ltU(block.get, i32.const(blocks.size))))
  }

  /** The summed axes within a block. */
  private get summed(): readonly Axis[] {
    return this.kernel.k.filter((axis) => axis !== this.blocks)
  }

  /** All columns, a tile's width at a time. */
  private panels(unit: Scope, first: Local<'i32'>, last: Local<'i32'>): Void {
    const { layout, column } = this
    const width = 4 * layout.tileVectors
    const whole = Math.floor(layout.columns.size / width)
    const rest = layout.columns.size - whole * width
    const code: Void[] = [column.set(i32.const(0))]
    if (whole > 0) {
      const panel = sequence(this.panel(unit, first, last, width), increase(column, i32.const(width)))
      code.push(whole === 1 ? panel : doWhile(panel, i32.ltU(column.get, i32.const(whole * width))))
    }
    if (rest > 0) code.push(this.panel(unit, first, last, rest))
    return sequence(...code)
  }

  private panel(unit: Scope, first: Local<'i32'>, last: Local<'i32'>, width: number): Void {
    const { layout, row, locals } = this
    const scope = new Scope(locals, unit)
    scope.bind(layout.columns, this.column.get)
    const start = scope.let(this.operandStart(scope))
    const rest = layout.rows % layout.tileRows
    const whole = layout.rows - rest
    scope.add(row.set(first.get))
    if (whole > 0) {
      const tile = sequence(this.tile(scope, layout.tileRows, width, start), increase(row, i32.const(layout.tileRows)))
      // the last unit may end with an incomplete tile
      const room = i32.leU(i32.add(row.get, i32.const(layout.tileRows)), last.get)
      scope.add(ifThen(room, doWhile(tile, room)))
    }
    if (rest > 0) {
      const tile = this.tile(scope, rest, width, start)
      scope.add(whole > 0 ? ifThen(i32.ltU(row.get, last.get), tile) : tile)
    }
    return scope.code()
  }

  /** Where the second operand's part for the present panel begins. */
  private operandStart(scope: Scope): I32 {
    const { layout } = this
    if (layout.b) {
      this.bindAll(scope, this.summed, undefined)
      this.evaluator.scope = scope
      const { address, offset } = this.evaluator.locate(layout.b.load.value, 4, layout.b.load.index, 0)
      return offset === 0 ? address : i32.add(address, i32.const(offset))
    }
    const panelBytes = 16 * layout.tileVectors * layout.depth
    const panel = i32.divU(this.column.get, i32.const(4 * layout.tileVectors))
    const place = i32.add(i32.mul(this.group.get, i32.const(this.panelCount)), panel)
    const start = i32.add(this.pointerOf(workspace), i32.mul(place, i32.const(panelBytes)))
    return this.blocks ? i32.add(start, i32.mul(this.block.get, i32.const(panelBytes / this.blocks.size))) : start
  }

  /** `rows` rows by `width` columns: sums in registers, then what is done with them. */
  private tile(panel: Scope, rows: number, width: number, start: I32): Void {
    const { layout, locals, evaluator, kernel } = this
    const vectors = Math.ceil(width / 4)
    const scope = new Scope(locals, panel)
    const rowScopes = Array.from({ length: rows }, (_, r) => {
      const own = new Scope(locals, scope)
      this.bindAll(own, kernel.m, r === 0 ? this.row.get : i32.add(this.row.get, i32.const(r)))
      return own
    })
    const rowStarts = rowScopes.map((own) => {
      const inner = new Scope(locals, own)
      this.bindAll(inner, this.summed, undefined)
      evaluator.scope = inner
      const { address, offset } = evaluator.locate(layout.a.value, 4, layout.a.index, 0)
      const found = inner.let(offset === 0 ? address : i32.add(address, i32.const(offset)))
      own.add(inner.code())
      return found
    })
    const sums = Array.from({ length: rows }, () => Array.from({ length: vectors }, () => locals.add('v128')))
    const code: Void[] = []
    // what depends on one row only is computed in the row's own scope, before the sums
    const products = sequence(this.firstSums(sums), this.sumUp(rowStarts, sums, start))
    const after: Void[] = []
    rowScopes.forEach((own, r) => {
      const results = new Scope(locals, own)
      evaluator.scope = results
      evaluator.reduced.set(-1, { scope: results, values: sums[r]!.map((sum) => sum.get) })
      for (const store of kernel.stores) {
        for (let part = 0; part < vectors; part++) {
          results.add(this.writer.write(store, part, Math.min(4, width - 4 * part)))
        }
      }
      code.push(own.code())
      after.push(results.code())
    })
    return sequence(scope.code(), ...code, products, this.lastSums(sums, sequence(...after)))
  }

  /** The sums begin at zero, or go on where the block before left them. */
  private firstSums(sums: readonly (readonly Local<'v128'>[])[]): Void {
    const zero = sequence(...sums.flat().map((sum) => sum.set(f32x4.const(0))))
    if (!this.blocks) return zero
    const [place, kept] = this.keptSums(sums, (sum, address, offset) => sum.set(v128.load(address, offset)))
    return ifElse(this.block.get, sequence(place, ...kept), zero)
  }

  /** What is done with complete sums, or keeping those of a block. */
  private lastSums(sums: readonly (readonly Local<'v128'>[])[], done: Void): Void {
    if (!this.blocks) return done
    const [place, kept] = this.keptSums(sums, (sum, address, offset) => v128.store(address, sum.get, offset))
    return ifElse(i32.eq(this.block.get, i32.const(this.blocks.size - 1)), done, sequence(place, ...kept))
  }

  private keptSums(
    sums: readonly (readonly Local<'v128'>[])[],
    each: (sum: Local<'v128'>, address: I32, offset: number) => Void,
  ): [place: Void, each: Void[]] {
    const { locals, layout, partialBytes } = this
    const address = locals.add('i32')
    const row = i32.add(i32.mul(this.group.get, i32.const(layout.rows)), this.row.get)
    const start = i32.add(i32.mul(row, i32.const(partialBytes)), i32.shl(this.column.get, i32.const(2)))
    const place = address.set(i32.add(i32.add(this.pointerOf(workspace), i32.const(this.partialsAt)), start))
    return [
      place,
      sums.flatMap((vectors, r) => vectors.map((sum, j) => each(sum, address.get, r * partialBytes + 16 * j))),
    ]
  }

  /** The innermost loops: products of a column of the first operand and a row of the second, summed over the depth. */
  private sumUp(rowStarts: readonly I32[], sums: readonly (readonly Local<'v128'>[])[], start: I32): Void {
    const { layout, kernel, locals } = this
    const operand = locals.add('i32')
    const rows = rowStarts.map(() => locals.add('i32'))
    const axes = this.summed
    const within = (list: readonly number[]) => list.slice(kernel.k.length - axes.length)
    const aStrides = within(layout.aStrides.map((stride) => 4 * stride))
    const bStrides = within(this.operandStrides())
    if (axes.length === 0) {
      return sequence(
        operand.set(start),
        ...rows.map((row, r) => row.set(rowStarts[r]!)),
        this.step(rows, operand, sums, [0], [0]),
      )
    }
    const places = axes.map(() => locals.add('i32'))
    const inner = axes.length - 1
    const offsetOf = (strides: readonly number[], upTo: number): I32 | undefined => {
      const parts = places.slice(0, upTo).map((place, i) => i32.mul(place.get, i32.const(strides[i]!)))
      return parts.length > 0 ? parts.reduce((a, b) => i32.add(a, b)) : undefined
    }
    const moved = (base: I32, offset: I32 | undefined) => (offset ? i32.add(base, offset) : base)
    const loopFrom = (depth: number): Void => {
      const { size } = axes[depth]!
      if (depth < inner) {
        const place = places[depth]!
        const body = sequence(loopFrom(depth + 1), increase(place, i32.const(1)))
        return sequence(place.set(i32.const(0)), doWhile(body, i32.ltU(place.get, i32.const(size))))
      }
      const aStep = aStrides[inner]!
      const bStep = bStrides[inner]!
      const aOffset = locals.add('i32')
      const begin = offsetOf(aStrides, inner)
      const code: Void[] = [
        operand.set(moved(start, offsetOf(bStrides, inner))),
        ...(begin ? [aOffset.set(begin)] : []),
        ...rows.map((row, r) => row.set(begin ? i32.add(rowStarts[r]!, aOffset.get) : rowStarts[r]!)),
      ]
      // what cannot be added to an address as a constant is not written out
      const unroll = aStep >= 0 && bStep >= 0 ? layout.unroll : 1
      const rounds = Math.floor(size / unroll)
      const run = (steps: number, count: number): Void => {
        const offsets = Array.from({ length: steps }, (_, step) => step)
        const body = sequence(
          this.step(
            rows,
            operand,
            sums,
            offsets.map((step) => step * aStep),
            offsets.map((step) => step * bStep),
          ),
          ...rows.map((row) => increase(row, i32.const(steps * aStep))),
          increase(operand, i32.const(steps * bStep)),
        )
        if (count === 1) return body
        const left = places[inner]!
        return sequence(left.set(i32.const(count)), doWhile(body, left.tee(i32.sub(left.get, i32.const(1)))))
      }
      if (rounds > 0) code.push(run(unroll, rounds))
      if (size % unroll > 0) code.push(run(1, size % unroll))
      return sequence(...code)
    }
    return loopFrom(0)
  }

  /** Bytes between neighbours of the second operand along the summed axes. */
  private operandStrides(): number[] {
    const { layout, kernel } = this
    if (layout.b) return layout.b.strides.map((stride) => 4 * stride)
    let stride = 16 * layout.tileVectors
    const strides: number[] = []
    for (const { size } of [...kernel.k].reverse()) {
      strides.unshift(stride)
      stride *= size
    }
    return strides
  }

  private step(
    rows: readonly Local<'i32'>[],
    operand: Local<'i32'>,
    sums: readonly (readonly Local<'v128'>[])[],
    aOffsets: readonly number[],
    bOffsets: readonly number[],
  ): Void {
    const { locals, tools } = this
    const code: Void[] = []
    aOffsets.forEach((aOffset, step) => {
      const vectors = sums[0]!.map((_, j) => {
        const vector = locals.add('v128')
        code.push(vector.set(v128.load(operand.get, bOffsets[step]! + 16 * j)))
        return vector
      })
      rows.forEach((row, r) => {
        const element = locals.add('v128')
        code.push(element.set(v128.load32Splat(row.get, aOffset)))
        sums[r]!.forEach((sum, j) => code.push(sum.set(tools.arithmetic.madd(element.get, vectors[j]!.get, sum.get))))
      })
    })
    return sequence(...code)
  }

  /** Gives each axis its part of a number that counts through all of them; 0 to all without a number. */
  private bindAll(scope: Scope, axes: readonly Axis[], number: I32 | undefined): void {
    if (!number) {
      for (const axis of axes) scope.bind(axis, i32.const(0))
      return
    }
    let rest = axes.length > 1 ? scope.let(number) : number
    for (let i = axes.length - 1; i >= 0; i--) {
      const { size } = axes[i]!
      scope.bind(axes[i]!, i === 0 ? rest : scope.let(i32.remU(rest, i32.const(size))))
      if (i > 0) rest = scope.let(i32.divU(rest, i32.const(size)))
    }
  }

  private pointerOf(value: number): I32 {
    const key = `pointer ${value}`
    const known = this.root.find(key)
    if (known) return known as I32
    const { base, offset } = this.pointers.slotOf(value)
    const pointer = this.root.let(i32.load(base, offset))
    this.root.remember(key, pointer)
    return pointer
  }
}
