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
 * Where in the control block what is kept, in bytes. One block serves all programs of a backend: they run one at a time.
 * `next` packs the number of the job with the next unit to be done, so that a thread that comes late can never take a unit
 * of another job for its own.
 */
export const control = {
  /** The number of the present job; threads without work wait for it to change. */
  job: 0,
  /** Threads that wait, and workers that are ready to help. */
  sleepers: 4,
  workers: 8,
  /** Units of the present job that are done. */
  finished: 12,
  next: 16,
  /** The kernel (its place in the table), the address of its pointers, how many units, and how many to take at once. */
  kernel: 24,
  args: 28,
  units: 32,
  chunk: 36,
  /** The program to which the kernel belongs: its number, and the bytes of its module. */
  program: 40,
  code: 44,
  codeBytes: 48,
  /** The threads' own working memory: where it begins, and how far one thread's lies from the next one's. */
  scratch: 52,
  scratchStride: 56,
  /** Set to end the workers. */
  stop: 60,
  bytes: 64,
} as const

/** So many looks at the clock's worth of turns pass before the host is asked whether something went wrong. */
const turnsBetweenChecks = 1 << 22

/** Code by which several threads share the units of a kernel. */
export interface WorkSharing {
  /** Makes the thread's own working memory known, at the beginning of a program. */
  readonly start: Void
  /**
   * Runs the kernel at a place of the table, together with the workers if there are any, `chunk` units at a time. A slow
   * machine may take `slowMs` for it.
   */
  run(place: I32, args: I32, units: number, chunk: number, slowMs: number): Void
}

/**
 * Adds to a module what lets threads work together: `help(job)`, which takes units of a job until there are none, for the
 * workers, and the function that offers a job and waits for its end.
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
    (locals, place, args, units, chunk, slowMs) => {
      const [job, turns] = [locals.add('i32'), locals.add('i32')]
      const asHigh = (low: number) => i64.add(i64.shl(i64.extendU(job.get), i64.const(32, 0)), i64.const(low, 0))
      const set = (offset: number, value: I32) => i32.store(block, value, offset)
      const together = sequence(
        job.set(i32.add(read(control.job), i32.const(1))),
        // nobody may take a unit while the job is being described
        atomic.store64(block, asHigh(-1), control.next),
        set(control.kernel, place.get),
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
      const alone = module.callIndirect(kernelSignature, place.get, args.get, i32.const(0), units.get)
      return ifElse(atomic.load(block, control.workers), together, alone)
    },
  )
  return {
    start,
    run: (place, args, units, chunk, slowMs) =>
      offer.call(place, args, i32.const(units), i32.const(chunk), i32.const(slowMs)),
  }
}

/** A statement, and then a value. */
function sequenceThen(statement: Void, value: I32): I32 {
  return { type: 'i32', bytes: [statement.bytes, value.bytes] }
}
