import type { KernelSchedule } from '@gradus/schedule'
import { doWhile, i32, ModuleBuilder, sequence } from '../assembler/index.ts'
import { AddressTable, programSources, type TableEntry } from './address-table.ts'
import { ScheduleCode } from './schedule-code.ts'
import type { Target } from './tools.ts'

/** A generated module with its requirements. */
export interface ProgramModule {
  readonly bytes: Uint8Array<ArrayBuffer>
  /** The names of imported functions. */
  readonly imports: readonly string[]
  readonly table: readonly TableEntry[]
  readonly scratchBytes: number
  readonly workspaceBytes: number
  readonly preparedBytes: number
  /** Whether some kernels are shared between threads. */
  readonly parallel: boolean
}

/** Generates the module of a schedule: a function per kernel, and `run(table, count)`, which calls them in order. */
export function programModule(schedule: KernelSchedule, target: Target): ProgramModule {
  const module = new ModuleBuilder({ shared: target.threads > 1, maximumPages: target.maximumPages })
  const table = new AddressTable()
  const code = new ScheduleCode(module, target, table)
  const run = module.function({ params: ['i32', 'i32'], result: 'void' }, (locals, start, count) => {
    const { each } = code.schedule(schedule, programSources(schedule), { locals, start: start.get })
    const again = count.tee(i32.sub(count.get, i32.const(1)))
    return sequence(...code.beginning, doWhile(each, again))
  })
  module.exportFunction('run', run)
  return {
    bytes: module.build(),
    imports: module.imported,
    table: table.entries,
    scratchBytes: code.scratchBytes,
    workspaceBytes: code.workspaceBytes,
    preparedBytes: code.preparedBytes,
    parallel: code.parallel,
  }
}
