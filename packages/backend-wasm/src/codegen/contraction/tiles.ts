import { type Axis, type ContractionKernel, countOf } from '@gradus/schedule'
import {
  doWhile,
  f32x4,
  type I32,
  i32,
  ifThen,
  increase,
  type Local,
  type Locals,
  sequence,
  type Void,
  v128,
} from '../../assembler/index.ts'
import { Block } from '../block.ts'
import { Evaluator } from '../evaluator.ts'
import { vectorLanes } from '../lanes.ts'
import { StoreWriter } from '../store-writer.ts'
import { type KernelCode, kernelSignature, Pointers, type Tools, workspace } from '../tools.ts'
import { copyNeighbors, copyTransposed } from './copy-rows.ts'
import type { Layout } from './layout.ts'
import { type Cursor, type DepthBlocks, overDepth, packedStrides, type Step } from './over-depth.ts'
import { packedBytes } from './packing.ts'
import { BlockSums, PartialSums } from './partial-sums.ts'

/**
 * The maximum number of adjacent tiles in one unit of work; fewer where their rows would not stay in the second-level
 * cache.
 */
const tilesPerUnit = 16
const unitBytes = 262144

/** The number of products that are added to one float32 accumulator. */
const blockSteps = 128

/** Where the rows of a tile are read: `of` gives the cursor of a row and its offset. */
interface Rows {
  readonly cursors: readonly Cursor[]
  of(row: number): { readonly cursor: Cursor; readonly offset: number }
}

/** The function that computes a contraction tile by tile. */
export function tileFunction(
  kernel: ContractionKernel,
  layout: Layout,
  depthBlocks: Axis | undefined,
  tools: Tools,
): KernelCode {
  let values: readonly number[] = []
  let units = 1
  let workspaceBytes = 0
  let scratchBytes = 0
  const callable = tools.module.function(kernelSignature, (locals, args, begin, end) => {
    const builder = new TileBuilder(kernel, layout, depthBlocks, tools, locals, args.get)
    const code = builder.build(begin, end)
    values = builder.pointers.values
    units = builder.units
    workspaceBytes = builder.workspaceBytes
    scratchBytes = builder.scratchBytes
    return code
  })
  return { callable, values, units, scratchBytes, workspaceBytes }
}

class TileBuilder {
  readonly pointers: Pointers
  private readonly root: Block
  private readonly evaluator: Evaluator
  private readonly writer: StoreWriter
  private readonly tiles: number
  private readonly tilesPerUnit: number
  /** The current batch, the first row of the current tile, and its first column. */
  private readonly group: Local<'i32'>
  private readonly row: Local<'i32'>
  private readonly column: Local<'i32'>
  private readonly depthBlock: Local<'i32'>
  private readonly partials: PartialSums | undefined
  private blockSumsBytes = 0

  constructor(
    private readonly kernel: ContractionKernel,
    private readonly layout: Layout,
    /** The axis that counts the blocks of long sums. */
    private readonly depthBlocks: Axis | undefined,
    private readonly tools: Tools,
    private readonly locals: Locals,
    args: I32,
  ) {
    this.tiles = Math.ceil(layout.rows / layout.tileRows)
    const tileBytes = 4 * layout.tileRows * this.depth
    this.tilesPerUnit = Math.max(
      1,
      Math.min(tilesPerUnit, Math.ceil(this.tiles / 8), Math.floor(unitBytes / Math.max(1, tileBytes))),
    )
    this.group = locals.add('i32')
    this.row = locals.add('i32')
    this.column = locals.add('i32')
    this.depthBlock = locals.add('i32')
    this.partials =
      depthBlocks &&
      new PartialSums(locals, this.depthBlock, depthBlocks.size, this.partialBytes, () => this.partialsOfTile())
    this.root = new Block(locals)
    this.pointers = new Pointers(args, this.root)
    this.evaluator = new Evaluator(
      {
        make: kernel.make,
        lanes: vectorLanes,
        vectorAxis: layout.columns,
        tools,
        pointers: this.pointers,
      },
      this.root,
    )
    this.writer = new StoreWriter(this.evaluator, tools)
  }

  get units(): number {
    return this.unitsPerBatch * this.layout.batches
  }

  get workspaceBytes(): number {
    return this.partialsAt + (this.depthBlocks ? this.partialBytes * this.layout.rows * this.layout.batches : 0)
  }

  /** The thread's scratch memory, for the rows of a unit and the sums of earlier blocks. */
  get scratchBytes(): number {
    return this.blockSumsAt + this.blockSumsBytes
  }

  private get blockSumsAt(): number {
    const { layout, tilesPerUnit } = this
    return layout.packsRows ? 4 * tilesPerUnit * layout.tileRows * this.depth : 0
  }

  /** The number of products that are summed in one block. */
  private get depth(): number {
    return countOf(this.summed)
  }

  /** The offset of the partial sums in the workspace, and the size of a row of them. */
  private get partialsAt(): number {
    return this.layout.b ? 0 : packedBytes(this.layout)
  }

  private get partialBytes(): number {
    return this.partialVectorBytes * this.layout.tileVectors * this.panelCount
  }

  private get partialVectorBytes(): number {
    return PartialSums.vectorBytes(this.depthBlocks?.size ?? 0)
  }

  private partialsOfTile(): I32 {
    const row = i32.add(i32.mul(this.group.get, i32.const(this.layout.rows)), this.row.get)
    const position = i32.add(
      i32.mul(row, i32.const(this.partialBytes)),
      i32.mul(this.column.get, i32.const(this.partialVectorBytes / 4)),
    )
    return i32.add(i32.add(this.pointers.of(workspace), i32.const(this.partialsAt)), position)
  }

  private get panelCount(): number {
    return Math.ceil(this.layout.columns.size / (4 * this.layout.tileVectors))
  }

  private get unitsPerBatch(): number {
    return Math.ceil(this.tiles / this.tilesPerUnit)
  }

  build(begin: Local<'i32'>, end: Local<'i32'>): Void {
    const { locals, layout } = this
    const unit = new Block(locals, this.root)
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
    unit.add(this.depthBlockLoop(unit, first, last))
    const body = sequence(decode, unit.code(), increase(begin, i32.const(1)))
    return sequence(this.root.code(), doWhile(body, i32.ltU(begin.get, end.get)))
  }

  private depthBlockLoop(unit: Block, first: Local<'i32'>, last: Local<'i32'>): Void {
    const { depthBlocks, depthBlock, locals } = this
    if (!depthBlocks) return this.panels(unit, first, last)
    const block = new Block(locals, unit)
    block.bind(depthBlocks, depthBlock.get)
    block.add(this.panels(block, first, last))
    const body = sequence(block.code(), increase(depthBlock, i32.const(1)))
    return sequence(depthBlock.set(i32.const(0)), doWhile(body, i32.ltU(depthBlock.get, i32.const(depthBlocks.size))))
  }

  /** The summed axes within a block. */
  private get summed(): readonly Axis[] {
    return this.kernel.k.filter((axis) => axis !== this.depthBlocks)
  }

  /** All columns, one panel as wide as a tile at a time. */
  private panels(unit: Block, first: Local<'i32'>, last: Local<'i32'>): Void {
    const { layout, column } = this
    const width = 4 * layout.tileVectors
    const whole = Math.floor(layout.columns.size / width)
    const rest = layout.columns.size - whole * width
    const code: Void[] = [column.set(i32.const(0))]
    if (layout.packsRows)
      code.unshift(this.overTiles(unit, first, last, (block, rows) => this.packRows(block, rows, first)))
    if (whole > 0) {
      const panel = sequence(this.panel(unit, first, last, width), increase(column, i32.const(width)))
      code.push(whole === 1 ? panel : doWhile(panel, i32.ltU(column.get, i32.const(whole * width))))
    }
    if (rest > 0) code.push(this.panel(unit, first, last, rest))
    return sequence(...code)
  }

  private panel(unit: Block, first: Local<'i32'>, last: Local<'i32'>, width: number): Void {
    const block = new Block(this.locals, unit)
    block.bind(this.layout.columns, this.column.get)
    const start = block.let(this.operandStart(block))
    block.add(this.overTiles(block, first, last, (inner, rows) => this.tile(inner, rows, width, start, first)))
    return block.code()
  }

  /** Emits code for each tile of the rows from `first` to `last`; the last tile of all rows may be smaller. */
  private overTiles(
    block: Block,
    first: Local<'i32'>,
    last: Local<'i32'>,
    tileOf: (block: Block, rows: number) => Void,
  ): Void {
    const { layout, row } = this
    const rest = layout.rows % layout.tileRows
    const code: Void[] = [row.set(first.get)]
    if (layout.rows > rest) {
      const tile = sequence(tileOf(block, layout.tileRows), increase(row, i32.const(layout.tileRows)))
      const fits = i32.leU(i32.add(row.get, i32.const(layout.tileRows)), last.get)
      code.push(ifThen(fits, doWhile(tile, fits)))
    }
    if (rest > 0) {
      const tile = tileOf(block, rest)
      code.push(layout.rows > rest ? ifThen(i32.ltU(row.get, last.get), tile) : tile)
    }
    return sequence(...code)
  }

  /** The address of the second operand's part for the current panel. */
  private operandStart(block: Block): I32 {
    const { layout } = this
    if (layout.b) {
      this.bindAll(block, this.summed, undefined)
      this.evaluator.block = block
      const { address, offset } = this.evaluator.locate(layout.b.load.value, 4, layout.b.load.index, 0)
      return offset === 0 ? address : i32.add(address, i32.const(offset))
    }
    const panelBytes = 16 * layout.tileVectors * layout.depth
    const panel = i32.divU(this.column.get, i32.const(4 * layout.tileVectors))
    const position = i32.add(i32.mul(this.group.get, i32.const(this.panelCount)), panel)
    const start = i32.add(this.pointers.of(workspace), i32.mul(position, i32.const(panelBytes)))
    return this.depthBlocks
      ? i32.add(start, i32.mul(this.depthBlock.get, i32.const(panelBytes / this.depthBlocks.size)))
      : start
  }

  /** A tile of `rows` by `width`: sums in registers, then the stores. */
  private tile(panel: Block, rows: number, width: number, start: I32, first: Local<'i32'>): Void {
    const { layout, locals, evaluator, kernel } = this
    const vectors = Math.ceil(width / 4)
    const rowBlocks = this.rowBlocks(panel, rows)
    const positions = layout.packsRows ? this.packedRows(rows, first) : this.rowsInPlace(rowBlocks)
    const sums = Array.from({ length: rows }, () => Array.from({ length: vectors }, () => locals.add('v128')))
    const code: Void[] = []
    // code that depends on one row only is emitted before the sums
    const products = this.sumInBlocks(positions, sums, start)
    const after: Void[] = []
    rowBlocks.forEach((own, r) => {
      const results = new Block(locals, own)
      evaluator.block = results
      evaluator.reduced.set(-1, { block: results, values: sums[r]!.map((sum) => sum.get) })
      for (let part = 0; part < vectors; part++) {
        this.writer.writeAll(results, kernel.stores, part, Math.min(4, width - 4 * part))
      }
      code.push(own.code())
      after.push(results.code())
    })
    const done = sequence(...after)
    return sequence(...code, products, this.partials?.added(sums, done) ?? done)
  }

  /** Sums up in blocks, so that no sum of float32 has very many terms. */
  private sumInBlocks(rows: Rows, sums: readonly (readonly Local<'v128'>[])[], start: I32): Void {
    const { locals, depth, tools, blockSumsAt } = this
    const list = sums.flat()
    if (depth <= blockSteps) {
      return sequence(...list.map((sum) => sum.set(f32x4.const(0))), this.sumUp(rows, sums, start, undefined))
    }
    const address = locals.add('i32')
    const blocks = new BlockSums(list, depth / blockSteps, address.get)
    this.blockSumsBytes = Math.max(this.blockSumsBytes, blocks.bytes)
    return sequence(
      address.set(i32.add(tools.scratch.get, i32.const(blockSumsAt))),
      blocks.start(),
      this.sumUp(rows, sums, start, { length: blockSteps, end: blocks.end() }),
      blocks.finish(),
    )
  }

  private rowBlocks(block: Block, rows: number): Block[] {
    return Array.from({ length: rows }, (_, r) => {
      const own = new Block(this.locals, block)
      this.bindAll(own, this.kernel.m, r === 0 ? this.row.get : i32.add(this.row.get, i32.const(r)))
      return own
    })
  }

  private rowsInPlace(rowBlocks: readonly Block[]): Rows {
    const { layout, locals, evaluator } = this
    const strides = this.within(layout.aStrides.map((stride) => 4 * stride))
    const cursors = rowBlocks.map((own): Cursor => {
      const inner = new Block(locals, own)
      this.bindAll(inner, this.summed, undefined)
      evaluator.block = inner
      const { address, offset } = evaluator.locate(layout.a.value, 4, layout.a.index, 0)
      const start = inner.let(offset === 0 ? address : i32.add(address, i32.const(offset)))
      own.add(inner.code())
      return { at: locals.add('i32'), start, strides }
    })
    return { cursors, of: (row) => ({ cursor: cursors[row]!, offset: 0 }) }
  }

  /** The rows of the current tile in scratch memory, interleaved. */
  private packedRows(rows: number, first: Local<'i32'>): Rows {
    const { locals, tools } = this
    const position = i32.mul(i32.sub(this.row.get, first.get), i32.const(4 * this.depth))
    const cursor = {
      at: locals.add('i32'),
      start: i32.add(tools.scratch.get, position),
      strides: packedStrides(this.summed, 4 * rows),
    }
    return { cursors: [cursor], of: (row) => ({ cursor, offset: 4 * row }) }
  }

  private packRows(block: Block, rows: number, first: Local<'i32'>): Void {
    const { layout, locals, kernel } = this
    const inner = kernel.m.at(-1)!.size
    const together = ([4, 2, 1] as const).find((n) => inner % n === 0 && layout.tileRows % n === 0 && rows % n === 0)!
    const neighbors = layout.packsRows === 'neighbors' ? together : 1
    const rowBlocks = this.rowBlocks(block, rows).filter((_, r) => r % neighbors === 0)
    const { cursors } = this.rowsInPlace(rowBlocks)
    const [target] = this.packedRows(rows, first).cursors as [Cursor]
    const copying =
      layout.packsRows === 'neighbors'
        ? copyNeighbors(locals, this.summed, cursors, neighbors, target)
        : copyTransposed(locals, this.summed, cursors, target)
    return sequence(...rowBlocks.map((own) => own.code()), copying)
  }

  /** The loop over the depth: products of a column of the first operand and a row of the second. */
  private sumUp(
    rows: Rows,
    sums: readonly (readonly Local<'v128'>[])[],
    start: I32,
    blocks: DepthBlocks | undefined,
  ): Void {
    const { layout, locals, tools } = this
    const operand = { at: locals.add('i32'), start, strides: this.operandStrides() }
    const cursors = [operand, ...rows.cursors]
    const step: Step = (offsetOf, rounds) => {
      const code: Void[] = []
      for (let round = 0; round < rounds; round++) {
        const vectors = sums[0]!.map((_, j) => {
          const vector = locals.add('v128')
          code.push(vector.set(v128.load(operand.at.get, offsetOf(operand, round) + 16 * j)))
          return vector
        })
        sums.forEach((row, r) => {
          const element = locals.add('v128')
          const { cursor, offset } = rows.of(r)
          code.push(element.set(v128.load32Splat(cursor.at.get, offset + offsetOf(cursor, round))))
          row.forEach((sum, j) => {
            code.push(sum.set(tools.arithmetic.madd(element.get, vectors[j]!.get, sum.get)))
          })
        })
      }
      return sequence(...code)
    }
    return overDepth(locals, this.summed, cursors, layout.unroll, step, blocks)
  }

  /** The strides along the summed axes of a block. */
  private within(strides: readonly number[]): number[] {
    return strides.slice(this.kernel.k.length - this.summed.length)
  }

  private operandStrides(): number[] {
    const { layout, kernel } = this
    return this.within(
      layout.b ? layout.b.strides.map((stride) => 4 * stride) : packedStrides(kernel.k, 16 * layout.tileVectors),
    )
  }

  /** Defines axes as the digits of a number that counts through all of them, or as 0 without a number. */
  private bindAll(block: Block, axes: readonly Axis[], number: I32 | undefined): void {
    if (!number) {
      for (const axis of axes) block.bind(axis, i32.const(0))
      return
    }
    let rest = axes.length > 1 ? block.let(number) : number
    for (let i = axes.length - 1; i >= 0; i--) {
      const { size } = axes[i]!
      block.bind(axes[i]!, i === 0 ? rest : block.let(i32.remU(rest, i32.const(size))))
      if (i > 0) rest = block.let(i32.divU(rest, i32.const(size)))
    }
  }
}
