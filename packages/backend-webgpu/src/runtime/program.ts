import type { LifetimePlan } from '@gradus/graph/internals'
import { Addresses, type HeapBuffer, type MemoryLocation, outputBuffers, schedule } from '@gradus/schedule'
import type { Tensor } from '@gradus/tensor'
import { type Aval, avalOf, type DeviceBuffer, type Executable, type Graph } from '@gradus/tensor/internals'
import { maxGroups } from '../kernels/assemble.ts'
import type { DeviceCheck } from './device-check.ts'
import { type Dispatch, dispatchesOf } from './dispatches.ts'
import type { Machine, Pipeline, Region } from './machine.ts'
import { tableBytes, tableHeader, tableUsage } from './table.ts'
import type { GpuTraits } from './traits.ts'

/** Destroys the buffers of programs that were garbage collected, because the collector does not see their size. */
const abandoned = /* @__PURE__ */ new FinalizationRegistry<GPUBuffer>((tables) => tables.destroy())

/** Repeated runs are submitted in portions of at most this many dispatches, because systems abort work that runs too long. */
const maxDispatches = 2048

/** A compiled graph, independent of where its values lie. */
interface CompiledGraph {
  readonly plan: LifetimePlan
  readonly outputs: readonly Aval[]
  readonly dispatches: readonly Dispatch[]
  readonly workspaceBytes: number
}

export function compileGraph(graph: Graph, traits: GpuTraits): CompiledGraph {
  const scheduled = schedule(graph)
  const outputs = graph.outputs.map((value) => avalOf(graph, value))
  return { plan: scheduled.plan, outputs, ...dispatchesOf(scheduled, traits) }
}

/** A compiled graph that is ready to run: a list of dispatches, with a table of addresses for each. */
export class GpuProgram implements Executable {
  private readonly pipelines: readonly Pipeline[]
  private readonly checks: readonly DeviceCheck[]
  private readonly stride: number
  private readonly words: Uint32Array<ArrayBuffer>
  private readonly tables: GPUBuffer
  private readonly addresses: Addresses<Region>
  private group: GPUBindGroup | undefined
  private boundVersion = -1

  constructor(
    private readonly machine: Machine,
    private readonly compiled: CompiledGraph,
    private readonly constants: readonly Tensor[],
  ) {
    const { dispatches } = compiled
    this.pipelines = dispatches.map(({ wgsl, label }) => machine.pipeline(wgsl, label))
    this.checks = [...new Set(this.pipelines.map(({ check }) => check))]
    this.stride = dispatches.reduce((most, { args }) => Math.max(most, tableBytes(args.length)), tableBytes(0))
    this.words = new Uint32Array(Math.max(1, dispatches.length) * (this.stride / 4))
    this.tables = machine.device.createBuffer({ label: 'tables', size: this.words.byteLength, usage: tableUsage })
    this.addresses = new Addresses(machine.memory, constants)
    abandoned.register(this, this.tables)
  }

  run(inputs: readonly DeviceBuffer[], count = 1): DeviceBuffer[] {
    const { machine, compiled } = this
    const { plan, workspaceBytes } = compiled
    machine.demand(this.checks)
    const outputs = machine.memory.prepare({ arena: plan.arenaBytes, workspace: workspaceBytes }, () =>
      outputBuffers(plan.outputs, compiled.outputs, inputs as readonly HeapBuffer[], machine.memory),
    )
    const together = Math.max(1, Math.floor(maxDispatches / Math.max(1, this.compiled.dispatches.length)))
    const checks = machine.watch(this.checks, () => {
      this.bind(inputs as readonly HeapBuffer[], outputs)
      for (let done = 0; done < count; done += together) this.submit(Math.min(together, count - done))
    })
    const constants = this.constants.map(({ storage }) => storage.buffer as HeapBuffer)
    machine.record(outputs, [...(inputs as readonly HeapBuffer[]), ...constants], checks)
    return outputs
  }

  /** Runs all dispatches `count` times, in one pass. */
  private submit(count: number): void {
    const { machine, compiled, pipelines, stride } = this
    const encoder = machine.device.createCommandEncoder()
    const pass = encoder.beginComputePass()
    for (let run = 0; run < count; run++) {
      compiled.dispatches.forEach(({ groups }, number) => {
        pass.setPipeline(pipelines[number]!.pipeline)
        pass.setBindGroup(0, this.group!, [number * stride])
        pass.dispatchWorkgroups(Math.min(groups, maxGroups), Math.ceil(groups / maxGroups))
      })
    }
    pass.end()
    machine.device.queue.submit([encoder.finish()])
  }

  /** Writes the addresses of all values into the tables, if they changed. */
  private bind(inputs: readonly HeapBuffer[], outputs: readonly HeapBuffer[]): void {
    const { machine, addresses, words, stride } = this
    const moved = addresses.bind(inputs, outputs)
    if (!moved && this.boundVersion === machine.storage.version) return
    this.boundVersion = machine.storage.version
    this.compiled.dispatches.forEach(({ args }, number) => {
      const start = (number * stride) / 4
      words.set(tableHeader, start)
      args.forEach(({ location, elementBytes }, index) => {
        const address = location.at === 'given' ? location.offset : addresses.of(location as MemoryLocation<Region>)
        words[start + tableHeader.length + index] = address / elementBytes
      })
    })
    machine.device.queue.writeBuffer(this.tables, 0, words)
    this.group = machine.group(this.tables, stride)
  }
}
