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

/** The bytes of the sum of a vector of columns, given the number of blocks. */
export function partialVectorBytes(blocks: number): number {
  return blocks > fewBlocks ? 32 : 16
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

  /** Adds the sums of a block to those of earlier blocks; after the last block `done` uses the sums of all. */
  added(sums: Sums, done: Void): Void {
    const address = this.locals.add('i32')
    const each = (make: (sum: Local<'v128'>, offset: number) => Void): Void =>
      sequence(...sums.flatMap((row, r) => row.map((sum, j) => make(sum, this.offset(r, j)))))
    const last = i32.eq(this.depthBlock.get, i32.const(this.depthBlocks - 1))
    const inDoubles = this.vectorBytes > 16
    const end = each((sum, offset) =>
      sum.set(inDoubles ? this.inDoubles(address, sum, offset) : this.inFloats(address, sum, offset)),
    )
    const later = each((sum, offset) => this.store(address, sum, offset, true))
    const first = each((sum, offset) => this.store(address, sum, offset, false))
    return sequence(
      address.set(this.start()),
      ifElse(last, sequence(end, done), ifElse(this.depthBlock.get, later, first)),
    )
  }

  private store(address: Local<'i32'>, sum: Local<'v128'>, offset: number, adds: boolean): Void {
    const at = address.get
    if (this.vectorBytes === 16) return v128.store(at, adds ? this.inFloats(address, sum, offset) : sum.get, offset)
    const low = lowDoubles(sum.get)
    const high = highDoubles(sum.get)
    return sequence(
      v128.store(at, adds ? f64x2.add(v128.load(at, offset), low) : low, offset),
      v128.store(at, adds ? f64x2.add(v128.load(at, offset + 16), high) : high, offset + 16),
    )
  }

  private inFloats(address: Local<'i32'>, sum: Local<'v128'>, offset: number): V128 {
    return f32x4.add(v128.load(address.get, offset), sum.get)
  }

  private inDoubles(address: Local<'i32'>, sum: Local<'v128'>, offset: number): V128 {
    const low = f64x2.add(v128.load(address.get, offset), lowDoubles(sum.get))
    const high = f64x2.add(v128.load(address.get, offset + 16), highDoubles(sum.get))
    return joinedDoubles(low, high)
  }

  private get vectorBytes(): number {
    return partialVectorBytes(this.depthBlocks)
  }

  private offset(row: number, vector: number): number {
    return row * this.rowBytes + this.vectorBytes * vector
  }
}
