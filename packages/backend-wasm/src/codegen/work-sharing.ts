import {
  atomic,
  type Callable,
  drop,
  type I32,
  i32,
  i64,
  ifElse,
  ifThen,
  type Local,
  type ModuleBuilder,
  sequence,
  type Void,
  whileLoop,
} from '../assembler/index.ts'
import { kernelSignature } from './tools.ts'

/**
 * The layout of the control block, in bytes. All programs of a backend share it, because they run one at a time. `next`
 * packs the job number with the next unit, so that a late thread cannot take a unit of another job.
 */
export const control = {
  /** The number of the current job; idle threads wait for it to change. */
  job: 0,
  /** The number of sleeping threads, and of workers that are ready. */
  sleepers: 4,
  workers: 8,
  /** The number of finished units of the current job. */
  finished: 12,
  next: 16,
  /** The kernel (its index in the table), the address of its pointers, the number of units, and how many to take at once. */
  kernel: 24,
  args: 28,
  units: 32,
  chunk: 36,
  /** The program of the kernel: its number, and the bytes of its module. */
  program: 40,
  code: 44,
  codeBytes: 48,
  /** The scratch memory of the first thread, and the distance to that of the next. */
  scratch: 52,
  scratchStride: 56,
  /** Set to end the workers. */
  stop: 60,
  bytes: 64,
} as const

/** The number of polls after which the host checks for lost threads. */
const turnsBetweenChecks = 1 << 22

/** Code by which threads share the units of a kernel. */
export interface WorkSharing {
  /** Sets the thread's scratch memory, at the beginning of a program. */
  readonly start: Void
  /**
   * Runs the kernel at an index of the table, together with the workers if there are any, `chunk` units at a time. A slow
   * machine may take `slowMs`.
   */
  run(index: I32, args: I32, units: number, chunk: number, slowMs: number): Void
}

/**
 * Adds to a module `help(job)`, with which workers take units of a job until none are left, and a function that offers a
 * job and waits for its end.
 */
export function addWorkSharing(module: ModuleBuilder, scratch: Local<'i32'>): WorkSharing {
  const block = module.exportGlobal('control').get
  const thread = module.exportGlobal('thread').get
  const read = (offset: number) => i32.load(block, offset)
  const check = module.importFunction('check', { params: ['i32'], result: 'void' })

  const start = scratch.set(i32.add(read(control.scratch), i32.mul(thread, read(control.scratchStride))))

  const help: Callable<readonly ['i32'], 'void'> = module.function(
    { params: ['i32'], result: 'void' },
    (locals, job) => {
      const [seen, unit, end] = [locals.add('i64'), locals.add('i32'), locals.add('i32')]
      const taken = locals.add('i32')
      const mine = i32.eq(i32.wrap(i64.shrU(seen.get, i64.const(32, 0))), job.get)
      const wanted = i64.add(seen.get, i64.extendU(read(control.chunk)))
      const take = sequence(
        taken.set(i64.eq(atomic.exchange64(block, seen.get, wanted, control.next), seen.get)),
        ifThen(
          taken.get,
          sequence(
            end.set(i32.add(unit.get, read(control.chunk))),
            ifThen(i32.gtU(end.get, read(control.units)), end.set(read(control.units))),
            module.callIndirect(kernelSignature, read(control.kernel), read(control.args), unit.get, end.get),
            drop(atomic.add(block, i32.sub(end.get, unit.get), control.finished)),
          ),
        ),
      )
      const look = seen.tee(atomic.load64(block, control.next))
      const more = i32.and(
        sequenceThen(sequence(unit.set(i32.wrap(look))), mine),
        i32.ltU(unit.get, read(control.units)),
      )
      return sequence(start, whileLoop(more, take))
    },
  )
  module.exportFunction('help', help)

  const offer = module.function(
    { params: ['i32', 'i32', 'i32', 'i32', 'i32'], result: 'void' },
    (locals, index, args, units, chunk, slowMs) => {
      const [job, turns] = [locals.add('i32'), locals.add('i32')]
      const asHigh = (low: number) => i64.add(i64.shl(i64.extendU(job.get), i64.const(32, 0)), i64.const(low, 0))
      const set = (offset: number, value: I32) => i32.store(block, value, offset)
      const together = sequence(
        job.set(i32.add(read(control.job), i32.const(1))),
        // no thread may take a unit while the job is being written
        atomic.store64(block, asHigh(-1), control.next),
        set(control.kernel, index.get),
        set(control.args, args.get),
        set(control.units, units.get),
        set(control.chunk, chunk.get),
        atomic.store(block, i32.const(0), control.finished),
        atomic.store64(block, asHigh(0), control.next),
        atomic.store(block, job.get, control.job),
        ifThen(atomic.load(block, control.sleepers), drop(atomic.notify(block, i32.const(-1), control.job))),
        help.call(job.get),
        turns.set(i32.const(0)),
        whileLoop(
          i32.ltU(atomic.load(block, control.finished), units.get),
          sequence(
            turns.set(i32.add(turns.get, i32.const(1))),
            ifThen(i32.eqz(i32.remU(turns.get, i32.const(turnsBetweenChecks))), check.call(slowMs.get)),
          ),
        ),
      )
      const alone = module.callIndirect(kernelSignature, index.get, args.get, i32.const(0), units.get)
      return ifElse(atomic.load(block, control.workers), together, alone)
    },
  )
  return {
    start,
    run: (index, args, units, chunk, slowMs) =>
      offer.call(index, args, i32.const(units), i32.const(chunk), i32.const(slowMs)),
  }
}

/** A statement followed by a value. */
function sequenceThen(statement: Void, value: I32): I32 {
  return { type: 'i32', bytes: [statement.bytes, value.bytes] }
}
