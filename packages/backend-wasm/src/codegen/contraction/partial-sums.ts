import { type I32, i32, ifElse, type Local, type Locals, sequence, type Void, v128 } from '../../assembler/index.ts'

type Sums = readonly (readonly Local<'v128'>[])[]

/** Sums that are made block by block: between two blocks they are kept in memory. */
export class PartialSums {
  constructor(
    private readonly locals: Locals,
    /** The number of the present block, and how many there are. */
    private readonly depthBlock: Local<'i32'>,
    private readonly depthBlocks: number,
    /** Bytes from a row of kept sums to the next. */
    private readonly rowBytes: number,
    /** Where the sums of the present tile begin. */
    private readonly start: () => I32,
  ) {}

  /** The sums go on where the block before left them; `zero` starts those of the first block. */
  resumed(sums: Sums, zero: Void): Void {
    const address = this.locals.add('i32')
    const loads = sums.flatMap((row, r) => row.map((sum, j) => sum.set(v128.load(address.get, this.offset(r, j)))))
    return ifElse(this.depthBlock.get, sequence(address.set(this.start()), ...loads), zero)
  }

  /** Keeps the sums for the next block, or does what is done with complete ones. */
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
