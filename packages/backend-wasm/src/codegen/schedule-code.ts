import { byteSize } from '@gradus/graph/internals'
import { type FusedKernel, formOf, type KernelCost, type KernelSchedule } from '@gradus/schedule'
import { sizeOf } from '@gradus/tensor'
import {
  copyMemory,
  doWhile,
  type F64,
  type I32,
  i32,
  ifThen,
  type Local,
  type Locals,
  type ModuleBuilder,
  sequence,
  type Void,
} from '../assembler/index.ts'
import type { ExternalName } from '../elementwise/row.ts'
import { fused, plain } from '../math/index.ts'
import type { AddressTable, Source, Sources } from './address-table.ts'
import { kernelFunctions } from './kernel-function.ts'
import { type LoopEnvironment, loopCode } from './loop-code.ts'
import { type Caller, type KernelFunction, type Target, type Tools, workspace } from './tools.ts'
import { addWorkSharing, type WorkSharing } from './work-sharing.ts'

/**
 * A kernel with more work than this is called several times, each for some of its units: engines first run unoptimized
 * code, and switch to optimized code at the next call.
 */
const portionWork = 2_000_000
const maxPortions = 16

/** The work that even a slow, busy machine does in a millisecond. */
const slowRate = 50_000

/** The code of a schedule: a part that runs once before a loop, and one that runs in each iteration. */
export interface ScheduleParts {
  readonly before: Void
  readonly each: Void
}

/** Generates the kernels of schedules and the calls that run them, in one module. */
export class ScheduleCode {
  scratchBytes = 0
  private readonly scratch: Local<'i32'>
  private workSharing: WorkSharing | undefined
  /** The functions of kernels so far, by their form, and the values of the kernel for which they were generated. */
  private readonly known = new Map<string, { functions: readonly KernelFunction[]; values: readonly number[] }>()
  /** The size of the workspace that kernels share, and of the memory for operands that are prepared before loops. */
  workspaceBytes = 0
  preparedBytes = 0

  constructor(
    private readonly module: ModuleBuilder,
    private readonly target: Target,
    private readonly table: AddressTable,
  ) {
    this.scratch = module.exportGlobal('scratch')
  }

  get parallel(): boolean {
    return this.workSharing !== undefined
  }

  /** Code that runs at the beginning of a program. */
  get beginning(): Void[] {
    return this.workSharing ? [this.workSharing.start] : []
  }

  /** Code that runs all kernels of a schedule and makes its outputs, and code that may run once before all iterations. */
  schedule(schedule: KernelSchedule, sources: Sources, caller: Caller): ScheduleParts {
    const tools = this.toolsFor(schedule)
    const before: Void[] = []
    const calls = schedule.kernels.flatMap(({ kernel, cost }, number): Void[] => {
      if (kernel.kind === 'opaque' && kernel.body) {
        const workspaceAt = sources.arena + schedule.plan.workspaces.get(number)!
        const run: LoopEnvironment['run'] = (body, inner) => this.schedule(body, inner, caller)
        return [loopCode(kernel, kernel.body, { sources, workspaceAt, caller, table: this.table, run })]
      }
      const [first, ...others] = this.functionsOf(kernel, cost, tools)
      if (!first!.prepares || !isFixed(first!, sources)) {
        return [first!, ...others].map((code) =>
          this.call(code, { at: 'workspace', index: 0, offset: 0 }, sources, caller),
        )
      }
      const prepared: Source = { at: 'prepared', index: 0, offset: this.preparedBytes }
      this.preparedBytes += Math.ceil(first!.workspaceBytes / 16) * 16
      before.push(this.call(first!, prepared, sources, caller))
      return others.map((code) => this.call(code, prepared, sources, caller))
    })
    return { before: sequence(...before), each: sequence(...calls, ...this.copies(schedule, sources, caller)) }
  }

  /** The functions of a kernel. Kernels of equal form share them. */
  private functionsOf(kernel: FusedKernel, cost: KernelCost, tools: Tools): KernelFunction[] {
    if (kernel.kind === 'opaque') return kernelFunctions(kernel, cost, tools)
    const { key: form, values } = formOf(kernel)
    const key = `${form}\n${values.map((value) => `${tools.sizeOf(value)}${tools.flushes(value)}`).join()}`
    const known = this.known.get(key)
    if (!known) {
      const functions = kernelFunctions(kernel, cost, tools)
      this.known.set(key, { functions, values })
      return functions
    }
    const own = (value: number) => (value === workspace ? value : values[known.values.indexOf(value)]!)
    return known.functions.map((code) => ({ ...code, values: code.values.map(own) }))
  }

  /** Calls a kernel, on several threads if that pays. */
  private call(code: KernelFunction, work: Source, sources: Sources, { start, locals }: Caller): Void {
    this.scratchBytes = Math.max(this.scratchBytes, code.scratchBytes)
    if (work.at === 'workspace') this.workspaceBytes = Math.max(this.workspaceBytes, code.workspaceBytes)
    const where = code.values.map((value): Source => (value === workspace ? work : sources.value(value)))
    const { offset, prepare } = this.table.add(where, start)
    const args = offset === 0 ? start : i32.add(start, i32.const(offset))
    return sequence(...prepare, this.run(code, args, locals))
  }

  private run(code: KernelFunction, args: I32, locals: Locals): Void {
    const { module, target } = this
    const { callable, units, work } = code
    if (target.threads === 1 || !isShared(code, target.worthSharing)) {
      const portion = Math.ceil(units / Math.min(maxPortions, Math.ceil(work / portionWork)))
      if (portion >= units) return callable.call(args, i32.const(0), i32.const(units))
      const [begin, end] = [locals.add('i32'), locals.add('i32')]
      const body = sequence(
        end.set(i32.add(begin.get, i32.const(portion))),
        ifThen(i32.gtU(end.get, i32.const(units)), end.set(i32.const(units))),
        callable.call(args, begin.get, end.get),
        begin.set(end.get),
      )
      return sequence(begin.set(i32.const(0)), doWhile(body, i32.ltU(begin.get, i32.const(units))))
    }
    this.workSharing ??= addWorkSharing(module, this.scratch)
    // several chunks per thread, because threads do not run equally fast
    const chunk = Math.max(1, Math.floor(units / (4 * target.threads)))
    return this.workSharing.run(i32.const(module.addToTable(callable)), args, units, chunk, Math.ceil(work / slowRate))
  }

  /** Copies for outputs whose values live elsewhere. */
  private copies({ plan, analysis }: KernelSchedule, sources: Sources, { start }: Caller): Void[] {
    return plan.outputs.flatMap((source, index): Void[] => {
      if (source.from !== 'copy') return []
      const value = analysis.graph.outputs[index]!
      const { offset, prepare } = this.table.add([sources.value(value), sources.output(index)], start)
      const bytes = i32.const(byteSize(analysis.aval(value)))
      return [...prepare, copyMemory(i32.load(start, offset + 4), i32.load(start, offset), bytes)]
    })
  }

  private toolsFor({ analysis, plan }: KernelSchedule): Tools {
    const { module, target } = this
    const flushed = new Set<number>()
    plan.outputs.forEach((source, index) => {
      const donated = source.from === 'donated' || (source.from === 'copy' && source.into !== undefined)
      if (donated) flushed.add(analysis.roots[analysis.graph.outputs[index]!]!)
    })
    return {
      module,
      features: target.features,
      arithmetic: target.features.relaxedSimd ? fused : plain,
      scratch: this.scratch,
      external(name: ExternalName, inputs: readonly F64[]): F64 {
        const params = inputs.map(() => 'f64' as const)
        return module.importFunction(name, { params, result: 'f64' }).call(...inputs)
      },
      sizeOf: (value) => sizeOf(analysis.aval(value).shape),
      flushes: (value) => flushed.has(value),
    }
  }
}

/** Whether a kernel computes the same in every iteration of a loop. */
function isFixed({ values }: KernelFunction, { isFixed }: Sources): boolean {
  return isFixed !== undefined && values.every((value) => value === workspace || isFixed(value))
}

function isShared({ units, inOrder, work, mainThreadOnly }: KernelFunction, worthSharing: number): boolean {
  return units > 1 && !inOrder && work >= worthSharing && !mainThreadOnly
}
