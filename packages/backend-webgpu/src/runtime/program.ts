import { type KernelSchedule, outputBuffers } from '@gradus/graph/kernels'
import type { Aval, DeviceBuffer, Executable, Tensor } from '@gradus/tensor'
import { mostGroups } from '../kernels/assemble.ts'
import { type Call, callsOf } from './calls.ts'
import type { Place } from './launches.ts'
import type { GpuBufferPart, Machine } from './machine.ts'
import { tableBytes, tableHeader, tableUsage } from './table.ts'

/** Buffers of programs that nobody can run any more are given back: the garbage collector does not see their size. */
const abandoned = /* @__PURE__ */ new FinalizationRegistry<GPUBuffer>((tables) => tables.destroy())

/** A schedule made ready to run: a list of calls and the table of addresses for each of them. */
export class GpuProgram implements Executable {
  private readonly calls: readonly Call[]
  private readonly pipelines: readonly GPUComputePipeline[]
  private readonly stride: number
  private readonly words: Uint32Array<ArrayBuffer>
  private readonly tables: GPUBuffer
  private readonly workspaceBytes: number
  private readonly outputs: readonly Aval[]
  private group: GPUBindGroup | undefined
  private bound = ''

  constructor(
    private readonly machine: Machine,
    private readonly schedule: KernelSchedule,
    private readonly constants: readonly Tensor[],
  ) {
    const { device } = machine
    const { graph } = schedule.program
    this.outputs = graph.outputs.map((value) => schedule.program.aval(value))
    const { calls, workspaceBytes } = callsOf(schedule)
    this.calls = calls
    this.workspaceBytes = workspaceBytes
    this.pipelines = calls.map(({ wgsl, label }) => machine.pipeline(wgsl, label))
    this.stride = calls.reduce((most, { entries }) => Math.max(most, tableBytes(entries.length)), tableBytes(0))
    this.words = new Uint32Array(Math.max(1, calls.length) * (this.stride / 4))
    this.tables = device.createBuffer({ label: 'tables', size: this.words.byteLength, usage: tableUsage })
    abandoned.register(this, this.tables)
  }

  run(inputs: readonly DeviceBuffer[], count = 1): DeviceBuffer[] {
    const { machine, schedule, calls, pipelines, stride } = this
    machine.reserve({ arena: schedule.plan.arenaBytes, workspace: this.workspaceBytes })
    const outputs = outputBuffers(schedule.plan.outputs, this.outputs, inputs as readonly GpuBufferPart[], machine)
    this.bind(inputs as readonly GpuBufferPart[], outputs)
    const encoder = machine.device.createCommandEncoder()
    const pass = encoder.beginComputePass()
    for (let run = 0; run < count; run++) {
      calls.forEach(({ groups }, number) => {
        pass.setPipeline(pipelines[number]!)
        pass.setBindGroup(0, this.group!, [number * stride])
        pass.dispatchWorkgroups(Math.min(groups, mostGroups), Math.ceil(groups / mostGroups))
      })
    }
    pass.end()
    machine.device.queue.submit([encoder.finish()])
    return outputs
  }

  /** Writes the addresses of all values into the tables, if they are not there already. */
  private bind(inputs: readonly GpuBufferPart[], outputs: readonly GpuBufferPart[]): void {
    const { machine, words, stride } = this
    const addresses = [...inputs, ...outputs].map(({ address }) => address)
    const bound = `${machine.areaVersion} ${machine.room.version} ${addresses.join()}`
    if (this.bound === bound) return
    this.bound = bound
    this.calls.forEach(({ entries }, number) => {
      const start = (number * stride) / 4
      words.set(tableHeader, start)
      entries.forEach(({ place, elementBytes }, index) => {
        words[start + tableHeader.length + index] = this.addressOf(place, inputs, outputs) / elementBytes
      })
    })
    machine.device.queue.writeBuffer(this.tables, 0, words)
    this.group = machine.group(this.tables, stride)
  }

  private addressOf(
    { at, index, offset }: Place,
    inputs: readonly GpuBufferPart[],
    outputs: readonly GpuBufferPart[],
  ): number {
    switch (at) {
      case 'input':
        return inputs[index]!.address + offset
      case 'output':
        return outputs[index]!.address + offset
      case 'constant':
        return (this.constants[index]!.storage.buffer as GpuBufferPart).address + offset
      case 'given':
        return offset
      default:
        return this.machine.area(at) + offset
    }
  }
}
