import type { LifetimePlan } from '@gradus/graph/internals'
import { Addresses, type HeapBuffer, outputBuffers, schedule } from '@gradus/schedule'
import type { Tensor } from '@gradus/tensor'
import { type Aval, avalOf, type DeviceBuffer, type Executable, type Graph } from '@gradus/tensor/internals'
import type { Region } from '../codegen/address-table.ts'
import { type ProgramModule, programModule } from '../codegen/program-module.ts'
import type { Target } from '../codegen/tools.ts'
import type { ExternalName } from '../elementwise/row.ts'
import { externals } from './externals.ts'
import type { Machine } from './machine.ts'

/** A compiled graph, independent of where its values lie. */
export interface CompiledGraph {
  readonly plan: LifetimePlan
  readonly outputs: readonly Aval[]
  readonly module: ProgramModule
  readonly code: WebAssembly.Module
}

export function compileGraph(graph: Graph, target: Target): CompiledGraph {
  const scheduled = schedule(graph)
  const module = programModule(scheduled, target)
  const outputs = graph.outputs.map((value) => avalOf(graph, value))
  return { plan: scheduled.plan, outputs, module, code: new WebAssembly.Module(module.bytes) }
}

/** Frees the memory of programs that were garbage collected. */
const abandoned = /* @__PURE__ */ new FinalizationRegistry<() => void>((release) => release())

let programs = 0

/** A compiled graph that is ready to run in a memory. */
export class WasmProgram implements Executable {
  private readonly execute: (table: number, count: number) => void
  private readonly scratch: WebAssembly.Global
  private readonly table: HeapBuffer
  private readonly number = programs++
  /** The module's bytes, from which workers compile it. */
  private readonly code: HeapBuffer | undefined
  private readonly addresses: Addresses<Region | 'scratch'>
  /** The version of the memory in which its regions were large enough for the last run. */
  private fitting: number | undefined

  constructor(
    private readonly machine: Machine,
    private readonly compiled: CompiledGraph,
    constants: readonly Tensor[],
  ) {
    const { heap, memory, pool } = machine
    const { module, code: moduleCode } = compiled
    const functions = Object.fromEntries(module.imports.map((name) => [name, externals[name as ExternalName]]))
    const env = { ...functions, memory: heap.wasm, check: pool?.check }
    const { exports } = new WebAssembly.Instance(moduleCode, { env })
    this.execute = exports.run as (table: number, count: number) => void
    this.scratch = exports.scratch as WebAssembly.Global
    this.table = memory.allocateLasting(4 * module.table.length)
    this.addresses = new Addresses(memory, constants)
    if (pool && module.parallel) {
      const control = exports.control as WebAssembly.Global
      control.value = pool.address
      this.code = memory.allocateLasting(module.bytes.length)
      heap.bytesAt(this.code.address, module.bytes.length).set(module.bytes)
      pool.start()
    }
    const { table, code } = this
    abandoned.register(this, () => {
      memory.freeLasting(table)
      if (code) memory.freeLasting(code)
    })
  }

  run(inputs: readonly DeviceBuffer[], count = 1): DeviceBuffer[] {
    const { machine } = this
    machine.requireOpen()
    const { memory } = machine
    const { plan, module } = this.compiled
    const regions = {
      arena: plan.arenaBytes,
      workspace: module.workspaceBytes,
      prepared: module.preparedBytes,
      scratch: machine.scratchBytes(module.scratchBytes),
    }
    const outputs = memory.prepare(
      regions,
      () => outputBuffers(plan.outputs, this.compiled.outputs, inputs as readonly HeapBuffer[], memory),
      this.fitting,
    )
    this.fitting = memory.version
    if (this.addresses.bind(inputs as readonly HeapBuffer[], outputs)) this.writeTable()
    machine.pool?.describe(
      this.number,
      { address: this.code?.address ?? 0, bytes: module.bytes.length },
      { address: memory.address('scratch'), stride: machine.scratchStride },
    )
    this.execute(this.table.address, count)
    return outputs
  }

  private writeTable(): void {
    const { machine, addresses } = this
    const { table } = this.compiled.module
    this.scratch.value = machine.memory.address('scratch')
    const words = new Uint32Array(machine.heap.wasm.buffer, this.table.address, table.length)
    table.forEach((entry, index) => {
      if (entry !== 'computed') words[index] = addresses.of(entry)
    })
  }
}
