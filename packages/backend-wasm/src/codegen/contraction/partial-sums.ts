import {
  f32x4,
  f64x2,
  type I32,
  i32,
  ifElse,
  type Local,
  type Locals,
  sequence,
  type V128,
  type Void,
  v128,
} from '../../assembler/index.ts'
import { highDoubles, joinedDoubles, lowDoubles } from '../doubles.ts'

type Sums = readonly (readonly Local<'v128'>[])[]

/** The sums of more blocks than this are added in doubles. */
const fewBlocks = 16

/** Vectors of sums in memory, to which the sums of blocks are added. */
class SumsInMemory {
  /** The bytes of a vector of sums, given the number of blocks. */
  static vectorBytes(blocks: number): number {
    return blocks > fewBlocks ? 32 : 16
  }

  constructor(
    private readonly address: I32,
    private readonly inDoubles: boolean,
  ) {}

  /** Stores a sum, or adds it to the stored one. */
  store(sum: V128, offset: number, adds: boolean): Void {
    const { address } = this
    if (!this.inDoubles) return v128.store(address, adds ? this.whole(sum, offset) : sum, offset)
    const [low, high] = [lowDoubles(sum), highDoubles(sum)]
    return sequence(
      v128.store(address, adds ? f64x2.add(v128.load(address, offset), low) : low, offset),
      v128.store(address, adds ? f64x2.add(v128.load(address, offset + 16), high) : high, offset + 16),
    )
  }

  /** The stored sum plus another one. */
  whole(sum: V128, offset: number): V128 {
    const { address } = this
    if (!this.inDoubles) return f32x4.add(v128.load(address, offset), sum)
    const low = f64x2.add(v128.load(address, offset), lowDoubles(sum))
    const high = f64x2.add(v128.load(address, offset + 16), highDoubles(sum))
    return joinedDoubles(low, high)
  }
}

/** Adds sums that are computed block by block; the sums of earlier blocks are kept in memory. */
export class PartialSums {
  constructor(
    private readonly locals: Locals,
    /** The current block, and the number of blocks. */
    private readonly depthBlock: Local<'i32'>,
    private readonly depthBlocks: number,
    /** The distance between the sums of two rows, in bytes. */
    private readonly rowBytes: number,
    /** The address of the sums of the current tile. */
    private readonly start: () => I32,
  ) {}

  /** The bytes of a vector of sums, given the number of blocks. */
  static vectorBytes(blocks: number): number {
    return SumsInMemory.vectorBytes(blocks)
  }

  /** Adds the sums of a block to those of earlier blocks; after the last block `done` uses the sums of all. */
  added(sums: Sums, done: Void): Void {
    const { locals, depthBlock, depthBlocks } = this
    const address = locals.add('i32')
    const bytes = SumsInMemory.vectorBytes(depthBlocks)
    const kept = new SumsInMemory(address.get, bytes > 16)
    const each = (make: (sum: Local<'v128'>, offset: number) => Void): Void =>
      sequence(...sums.flatMap((row, r) => row.map((sum, j) => make(sum, r * this.rowBytes + bytes * j))))
    const last = each((sum, offset) => sum.set(kept.whole(sum.get, offset)))
    const later = each((sum, offset) => kept.store(sum.get, offset, true))
    const first = each((sum, offset) => kept.store(sum.get, offset, false))
    return sequence(
      address.set(this.start()),
      ifElse(
        i32.eq(depthBlock.get, i32.const(depthBlocks - 1)),
        sequence(last, done),
        ifElse(depthBlock.get, later, first),
      ),
    )
  }
}

/**
 * Sums of products that are interrupted after each block: what they have so far is added to sums in memory. These are not
 * local variables, because engines would keep them in registers that the products need.
 */
export class BlockSums {
  readonly bytes: number
  private readonly kept: SumsInMemory
  private readonly vectorBytes: number

  constructor(
    private readonly sums: readonly Local<'v128'>[],
    /** The number of blocks. */
    blocks: number,
    /** The address of the sums in memory. */
    address: I32,
  ) {
    this.vectorBytes = SumsInMemory.vectorBytes(blocks)
    this.bytes = this.vectorBytes * sums.length
    this.kept = new SumsInMemory(address, this.vectorBytes > 16)
  }

  /** Sets all sums to 0. */
  start(): Void {
    return this.each((sum, offset) => [sum.set(f32x4.const(0)), this.kept.store(f32x4.const(0), offset, false)])
  }

  /** Ends a block. */
  end(): Void {
    return this.each((sum, offset) => [this.kept.store(sum.get, offset, true), sum.set(f32x4.const(0))])
  }

  /** Makes the sums those of all blocks. */
  finish(): Void {
    return this.each((sum, offset) => [sum.set(this.kept.whole(sum.get, offset))])
  }

  private each(make: (sum: Local<'v128'>, offset: number) => Void[]): Void {
    return sequence(...this.sums.flatMap((sum, i) => make(sum, this.vectorBytes * i)))
  }
}
