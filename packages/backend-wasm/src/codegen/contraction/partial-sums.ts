import { type I32, i32, ifElse, type Local, type Locals, sequence, type Void, v128 } from '../../assembler/index.ts'

type Sums = readonly (readonly Local<'v128'>[])[]

/** Sums that are computed block by block, and kept in memory between blocks. */
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

  /** Loads the sums of the previous block; `zero` initializes those of the first. */
  resumed(sums: Sums, zero: Void): Void {
    const address = this.locals.add('i32')
    const loads = sums.flatMap((row, r) => row.map((sum, j) => sum.set(v128.load(address.get, this.offset(r, j)))))
    return ifElse(this.depthBlock.get, sequence(address.set(this.start()), ...loads), zero)
  }

  /** Stores the sums for the next block; after the last block `done` uses them. */
  kept(sums: Sums, done: Void): Void {
    const address = this.locals.add('i32')
    const stores = sums.flatMap((row, r) => row.map((sum, j) => v128.store(address.get, sum.get, this.offset(r, j))))
    const last = i32.eq(this.depthBlock.get, i32.const(this.depthBlocks - 1))
    return ifElse(last, done, sequence(address.set(this.start()), ...stores))
  }

  private offset(row: number, vector: number): number {
    return row * this.rowBytes + 16 * vector
  }
}
