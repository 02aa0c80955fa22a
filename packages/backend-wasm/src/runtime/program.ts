import type { LifetimePlan } from '@gradus/graph'
import { type HeapPart, outputBuffers, schedule } from '@gradus/schedule'
import { type Aval, avalOf, type DeviceBuffer, type Executable, type Graph, type Tensor } from '@gradus/tensor'
import type { TableEntry } from '../codegen/address-table.ts'
import { type ProgramModule, programModule } from '../codegen/program-module.ts'
import type { Target } from '../codegen/tools.ts'
import type { ExternalName } from '../elementwise/row.ts'
import { externals } from './externals.ts'
import type { Machine } from './machine.ts'

/** What a graph was compiled to: everything about it that does not depend on where its values lie. */
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

/** Memory of programs that nobody can run any more is given back. */
const abandoned = /* @__PURE__ */ new FinalizationRegistry<() => void>((release) => release())

let programs = 0

/** A compiled graph made ready to run in a memory. */
export class WasmProgram implements Executable {
  private readonly execute: (table: number, count: number) => void
  private readonly scratch: WebAssembly.Global
  private readonly table: HeapPart
  private readonly number = programs++
  /** The module's bytes, where workers can read them. */
  private readonly code: HeapPart | undefined
  private bound: readonly number[] = []
  private areaVersion = -1

  constructor(
    private readonly machine: Machine,
    private readonly compiled: CompiledGraph,
    private readonly constants: readonly Tensor[],
  ) {
    const { heap, pool } = machine
    const { module, code: moduleCode } = compiled
    const functions = Object.fromEntries(module.imports.map((name) => [name, externals[name as ExternalName]]))
    const env = { ...functions, memory: heap.wasm, check: pool?.check }
    const { exports } = new WebAssembly.Instance(moduleCode, { env })
    this.execute = exports.run as (table: number, count: number) => void
    this.scratch = exports.scratch as WebAssembly.Global
    this.table = machine.allocate(4 * module.table.length)
    if (pool && module.parallel) {
      const control = exports.control as WebAssembly.Global
      control.value = pool.address
      this.code = machine.allocate(module.bytes.length)
      heap.bytesAt(this.code.address, module.bytes.length).set(module.bytes)
      pool.start()
    }
    const { table, code } = this
    abandoned.register(this, () => {
      machine.free(table)
      if (code) machine.free(code)
    })
  }

  run(inputs: readonly DeviceBuffer[], count = 1): DeviceBuffer[] {
    const { machine } = this
    const { plan, module } = this.compiled
    machine.reserve({
      arena: plan.arenaBytes,
      scratch: module.scratchBytes,
      workspace: module.workspaceBytes,
      prepared: module.preparedBytes,
    })
    const outputs = outputBuffers(plan.outputs, this.compiled.outputs, inputs as readonly HeapPart[], machine)
    this.bind(inputs as readonly HeapPart[], outputs)
    machine.pool?.describe(
      this.number,
      { address: this.code?.address ?? 0, bytes: module.bytes.length },
      { address: machine.areas.address('scratch'), stride: machine.scratchStride },
    )
    this.execute(this.table.address, count)
    return outputs
  }

  /** Writes the addresses of all values into the table, if they are not there already. */
  private bind(inputs: readonly HeapPart[], outputs: readonly HeapPart[]): void {
    const { machine } = this
    const addresses = [...inputs, ...outputs].map(({ address }) => address)
    if (this.areaVersion === machine.areas.version && same(addresses, this.bound)) return
    this.bound = addresses
    this.areaVersion = machine.areas.version
    this.scratch.value = machine.areas.address('scratch')
    const words = new Uint32Array(machine.heap.wasm.buffer, this.table.address, this.compiled.module.table.length)
    this.compiled.module.table.forEach((entry, index) => {
      const address = this.addressOf(entry, inputs, outputs)
      if (address !== undefined) words[index] = address
    })
  }

  private addressOf(entry: TableEntry, inputs: readonly HeapPart[], outputs: readonly HeapPart[]): number | undefined {
    switch (entry.at) {
      case 'input':
        return inputs[entry.index]!.address
      case 'output':
        return outputs[entry.index]!.address
      case 'constant':
        return (this.constants[entry.index]!.storage.buffer as HeapPart).address
      case 'arena':
      case 'workspace':
      case 'prepared':
        return this.machine.areas.address(entry.at) + entry.offset
      case 'runtime':
        return undefined
    }
  }
}

function same(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index])
}
