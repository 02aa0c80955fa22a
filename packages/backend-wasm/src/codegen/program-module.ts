import { byteSize, type KernelOutputSource, type Schedule } from '@gradus/graph'
import { sizeOf } from '@gradus/tensor'
import { copyMemory, doWhile, type F64, type I32, i32, ModuleBuilder, sequence, type Void } from '../assembler/index.ts'
import type { ExternalName } from '../elementwise/row.ts'
import { fused, plain } from '../math/index.ts'
import { kernelFunctions } from './kernel-function.ts'
import { addTeamwork, type Teamwork } from './teamwork.ts'
import { type Features, type KernelFunction, type Tools, workspace } from './tools.ts'

/** For what kind of memory and how many threads code is generated. */
export interface Target {
  readonly features: Features
  readonly threads: number
  readonly maximumPages: number
  /** From how much work on (see `KernelFunction.work`) a kernel is shared between threads. */
  readonly worthSharing: number
}

/** The module of a program, and what it expects. */
export interface ProgramModule {
  readonly bytes: Uint8Array<ArrayBuffer>
  /** Names of the functions that it imports. */
  readonly imports: readonly string[]
  /** What the entries of its table of addresses point to. */
  readonly table: readonly TableEntry[]
  readonly scratchBytes: number
  readonly workspaceBytes: number
  /** Whether some of its kernels are worth more than one thread. */
  readonly parallel: boolean
}

export type TableEntry = { readonly value: number } | { readonly output: number } | 'workspace'

/** Generates the module of a schedule: a function per kernel, and `run(table, count)`, which calls them in order. */
export function programModule(schedule: Schedule, target: Target): ProgramModule {
  const { program, kernels, plan } = schedule
  const module = new ModuleBuilder({ shared: target.threads > 1, maximumPages: target.maximumPages })
  const scratch = module.exportGlobal('scratch')
  let teamwork: Teamwork | undefined
  const functions = kernels.flatMap(({ kernel, cost }) => kernelFunctions(kernel, cost, toolsFor(schedule, target, module, scratch)))
  const table: TableEntry[] = []
  const calls = functions.map((kernel) => {
    const offset = 4 * table.length
    table.push(...kernel.values.map((value): TableEntry => (value === workspace ? 'workspace' : { value })))
    const shared = target.threads > 1 && isShared(kernel, target.worthSharing)
    if (shared) teamwork ??= addTeamwork(module, scratch)
    return callOf(module, kernel, offset, shared ? teamwork : undefined, target.threads)
  })
  plan.outputs.forEach((source, index) => {
    if (!isCopy(source)) return
    const offset = 4 * table.length
    const value = program.graph.outputs[index]!
    table.push({ value: program.roots[value]! }, { output: index })
    const bytes = byteSize(program.aval(value))
    calls.push((start) => copyMemory(i32.load(start, offset + 4), i32.load(start, offset), i32.const(bytes)))
  })
  const run = module.function({ params: ['i32', 'i32'], result: 'void' }, (_, start, count) => {
    const again = count.tee(i32.sub(count.get, i32.const(1)))
    const once = doWhile(sequence(...calls.map((call) => call(start.get))), again)
    return teamwork ? sequence(teamwork.start, once) : once
  })
  module.exportFunction('run', run)
  return {
    bytes: module.build(),
    imports: module.imported,
    table,
    scratchBytes: Math.max(0, ...functions.map(({ scratchBytes }) => scratchBytes)),
    workspaceBytes: Math.max(0, ...functions.map(({ workspaceBytes }) => workspaceBytes)),
    parallel: teamwork !== undefined,
  }
}

function callOf(
  module: ModuleBuilder,
  { callable, units }: KernelFunction,
  offset: number,
  teamwork: Teamwork | undefined,
  threads: number,
): (start: I32) => Void {
  const args = (start: I32) => (offset === 0 ? start : i32.add(start, i32.const(offset)))
  if (!teamwork) return (start) => callable.call(args(start), i32.const(0), i32.const(units))
  const place = module.addToTable(callable)
  // several portions per thread, because threads do not run equally fast
  const chunk = Math.max(1, Math.floor(units / (4 * threads)))
  return (start) => teamwork.run(i32.const(place), args(start), units, chunk)
}

function isShared({ units, work, mainThreadOnly }: KernelFunction, worthSharing: number): boolean {
  return units > 1 && work >= worthSharing && !mainThreadOnly
}

function isCopy(source: KernelOutputSource): boolean {
  return source.from === 'copy' || source.from === 'copyInto'
}

function toolsFor({ program, plan }: Schedule, { features }: Target, module: ModuleBuilder, scratch: Tools['scratch']): Tools {
  const flushed = new Set<number>()
  plan.outputs.forEach(({ from }, index) => {
    if (from === 'donated' || from === 'copyInto') flushed.add(program.roots[program.graph.outputs[index]!]!)
  })
  return {
    module,
    features,
    arithmetic: features.relaxedSimd ? fused : plain,
    scratch,
    external(name: ExternalName, inputs: readonly F64[]): F64 {
      const params = inputs.map(() => 'f64' as const)
      return module.importFunction(name, { params, result: 'f64' }).call(...inputs)
    },
    sizeOf: (value) => sizeOf(program.aval(value).shape),
    flushes: (value) => flushed.has(value),
  }
}
