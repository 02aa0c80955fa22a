import { byteSize, type KernelOutputSource, type Schedule } from '@gradus/graph'
import type { DeviceBuffer, Executable } from '@gradus/tensor'
import { sizeOf } from '@gradus/tensor'
import { copyMemory, doWhile, type F64, i32, ModuleBuilder, sequence, type Void } from '../assembler/index.ts'
import { kernelFunctions } from '../codegen/kernel-function.ts'
import { type Features, type KernelFunction, type Tools, workspace } from '../codegen/tools.ts'
import type { ExternalName } from '../elementwise/row.ts'
import { fused, plain } from '../math/index.ts'
import type { WasmBuffer } from './buffer.ts'
import { externals } from './externals.ts'
import type { Machine } from './machine.ts'

/** Code for a schedule: everything about a program that does not depend on where its values lie. */
export interface CompiledCode {
  readonly module: WebAssembly.Module
  /** Names of the functions that it imports. */
  readonly imports: readonly string[]
  /** The values whose addresses the code expects in its table, in this order. */
  readonly table: readonly TableEntry[]
  readonly scratchBytes: number
  readonly workspaceBytes: number
}

/** What an entry of the table of addresses points to. */
export type TableEntry = { readonly value: number } | { readonly output: number } | 'workspace'

/** Generates the module of a schedule: a function per kernel, and `run(table, count)`, which calls them in order. */
export function generate({ program, kernels, plan }: Schedule, features: Features, memory: MemoryLimits): CompiledCode {
  const module = new ModuleBuilder({ shared: memory.shared, maximumPages: memory.maximumPages })
  const flushed = new Set<number>()
  plan.outputs.forEach((source, index) => {
    if (source.from === 'donated' || source.from === 'copyInto')
      flushed.add(program.roots[program.graph.outputs[index]!]!)
  })
  const tools: Tools = {
    module,
    features,
    arithmetic: features.relaxedSimd ? fused : plain,
    scratch: module.exportGlobal('scratch'),
    external(name: ExternalName, inputs: readonly F64[]): F64 {
      const params = inputs.map(() => 'f64' as const)
      return module.importFunction(name, { params, result: 'f64' }).call(...inputs)
    },
    sizeOf: (value) => sizeOf(program.aval(value).shape),
    flushes: (value) => flushed.has(value),
  }
  const functions = kernels.flatMap(({ kernel }) => kernelFunctions(kernel, tools))
  const table: TableEntry[] = []
  const calls: ((start: ReturnType<typeof i32.const>) => Void)[] = functions.map((kernel: KernelFunction) => {
    const offset = 4 * table.length
    table.push(...kernel.values.map((value): TableEntry => (value === workspace ? 'workspace' : { value })))
    return (start) => kernel.callable.call(i32.add(start, i32.const(offset)), i32.const(0), i32.const(kernel.units))
  })
  plan.outputs.forEach((source, index) => {
    if (!isCopy(source)) return
    const value = program.roots[program.graph.outputs[index]!]!
    const offset = 4 * table.length
    table.push({ value }, { output: index })
    const bytes = byteSize(program.aval(program.graph.outputs[index]!))
    calls.push((start) => copyMemory(i32.load(start, offset + 4), i32.load(start, offset), i32.const(bytes)))
  })
  const run = module.function({ params: ['i32', 'i32'], result: 'void' }, (_, start, count) => {
    const again = i32.sub(count.get, i32.const(1))
    return doWhile(sequence(...calls.map((call) => call(start.get))), count.tee(again))
  })
  module.exportFunction('run', run)
  const bytes = module.build()
  return {
    module: new WebAssembly.Module(bytes),
    imports: module.imported,
    table,
    scratchBytes: Math.max(0, ...functions.map(({ scratchBytes }) => scratchBytes)),
    workspaceBytes: Math.max(0, ...functions.map(({ workspaceBytes }) => workspaceBytes)),
  }
}

export interface MemoryLimits {
  readonly shared: boolean
  readonly maximumPages: number
}

function isCopy(source: KernelOutputSource): boolean {
  return source.from === 'copy' || source.from === 'copyInto'
}

/** A schedule made ready to run in a memory. */
export class WasmProgram implements Executable {
  private readonly run_: (table: number, count: number) => void
  private readonly tableAddress: number
  private bound: readonly number[] = []
  private workspaceVersion = -1

  constructor(
    private readonly machine: Machine,
    private readonly schedule: Schedule,
    private readonly code: CompiledCode,
  ) {
    const { heap } = machine
    const imports = Object.fromEntries(code.imports.map((name) => [name, externals[name as ExternalName]]))
    const instance = new WebAssembly.Instance(code.module, { env: { memory: heap.memory, ...imports } })
    this.run_ = instance.exports.run as (table: number, count: number) => void
    this.scratch = instance.exports.scratch as WebAssembly.Global
    this.tableAddress = heap.allocate(4 * Math.max(1, code.table.length))
  }

  private readonly scratch: WebAssembly.Global

  run(inputs: readonly DeviceBuffer[], count = 1): DeviceBuffer[] {
    const { machine, schedule, code } = this
    machine.reserve({ arena: schedule.plan.arenaBytes, scratch: code.scratchBytes, workspace: code.workspaceBytes })
    const outputs = this.outputBuffers(inputs as readonly WasmBuffer[])
    this.bind(inputs as readonly WasmBuffer[], outputs)
    this.run_(this.tableAddress, count)
    return outputs
  }

  private outputBuffers(inputs: readonly WasmBuffer[]): WasmBuffer[] {
    const { program, plan } = this.schedule
    const made: WasmBuffer[] = []
    try {
      return plan.outputs.map((source, index) => {
        if (source.from === 'donated' || source.from === 'copyInto') return inputs[source.input]!
        const buffer = this.machine.allocate(byteSize(program.aval(program.graph.outputs[index]!)))
        made.push(buffer)
        return buffer
      })
    } catch (error) {
      for (const buffer of made) this.machine.free(buffer)
      throw error
    }
  }

  /** Writes the addresses of all values into the table, if they are not there already. */
  private bind(inputs: readonly WasmBuffer[], outputs: readonly WasmBuffer[]): void {
    const { machine, schedule, code } = this
    const addresses = [...inputs, ...outputs].map(({ address }) => address)
    if (this.workspaceVersion === machine.workspaceVersion && same(addresses, this.bound)) return
    this.bound = addresses
    this.workspaceVersion = machine.workspaceVersion
    this.scratch.value = machine.area('scratch')
    const { places } = schedule.plan
    const { constants } = schedule.program.graph
    const table = new Uint32Array(machine.heap.memory.buffer, this.tableAddress, code.table.length)
    code.table.forEach((entry, index) => {
      if (entry === 'workspace') {
        table[index] = machine.area('workspace')
        return
      }
      if ('output' in entry) {
        table[index] = outputs[entry.output]!.address
        return
      }
      const place = places.get(entry.value)!
      switch (place.at) {
        case 'input':
          table[index] = inputs[place.index]!.address
          break
        case 'constant':
          table[index] = (constants[place.index]!.storage.buffer as WasmBuffer).address
          break
        case 'output':
          table[index] = outputs[place.index]!.address
          break
        case 'arena':
          table[index] = machine.area('arena') + place.offset
          break
        case 'static':
          throw new Error('A schedule has no static values.')
      }
    })
  }
}

function same(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index])
}
