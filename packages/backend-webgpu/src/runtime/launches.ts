import { byteSize, donorOf } from '@gradus/graph/internals'
import {
  type FusedKernel,
  type KernelSchedule,
  locate,
  loopWorkspace,
  type MemoryLocation,
  type OpaqueKernel,
  type ScheduleLocations,
} from '@gradus/schedule'
import { bytesPerElement, type ScanParams } from '@gradus/tensor/internals'
import { contractionCode } from '../kernels/contraction.ts'
import { copyCode } from '../kernels/copy.ts'
import type { KernelCode, ShaderCode } from '../kernels/kernel-code.ts'
import { loopsCode } from '../kernels/loops.ts'
import { opaqueCode } from '../kernels/opaque.ts'
import type { ShaderTarget } from '../kernels/shader-target.ts'
import type { Region } from './machine.ts'
import type { GpuTraits } from './traits.ts'

/** Where the memory of a value lies; or a constant, in `offset`. */
export type Location = MemoryLocation<Region | 'given'>

/** An argument of a shader. */
export interface Argument {
  readonly location: Location
  /** The sizes of the value and of one of its elements. */
  readonly bytes: number
  readonly elementBytes: number
  readonly written: boolean
}

/** One call of a shader. */
export interface Launch {
  readonly code: ShaderCode
  /** The arguments for its slots. */
  readonly args: readonly Argument[]
  /** A description of its computation, for error messages. */
  readonly label: string
  /** Its additions, multiplications and the like, approximately. */
  readonly operations: number
}

interface LaunchSurroundings extends ScheduleLocations<Location> {
  /** Whether inputs and outputs may lie within larger values. */
  readonly inLoop: boolean
}

/** All launches of a program, in order. */
export function launchesOf(
  schedule: KernelSchedule,
  traits: GpuTraits,
): { launches: readonly Launch[]; workspaceBytes: number } {
  const workspace = { bytes: 0 }
  const around: LaunchSurroundings = {
    arena: 0,
    inLoop: false,
    input: (index) => ({ at: 'input', index, offset: 0 }),
    output(index) {
      const donor = donorOf(schedule.plan.outputs[index]!)
      return donor === undefined ? { at: 'output', index, offset: 0 } : { at: 'input', index: donor, offset: 0 }
    },
  }
  const launches = new Launches(schedule, around, workspace, traits).list()
  return { launches, workspaceBytes: workspace.bytes }
}

class Launches {
  private readonly target: ShaderTarget

  constructor(
    private readonly schedule: KernelSchedule,
    private readonly around: LaunchSurroundings,
    private readonly workspace: { bytes: number },
    private readonly traits: GpuTraits,
    /** The code of the kernels so far, which the iterations of a loop share. */
    private readonly codes = new Map<FusedKernel, CodeInWorkspace>(),
  ) {
    const bytesOf = (value: number) => byteSize(schedule.analysis.aval(value))
    this.target = { bytesOf, hasOwnWords: !around.inLoop, traits }
  }

  list(): Launch[] {
    const { kernels, plan, analysis } = this.schedule
    const launches = kernels.flatMap(({ kernel, cost }, number) => {
      if (kernel.kind === 'opaque' && kernel.body) {
        return this.loop(kernel, kernel.body, this.around.arena + plan.workspaces.get(number)!)
      }
      return this.launches(kernel, cost.operations)
    })
    const copies = plan.outputs.flatMap((source, index): Launch[] => {
      if (source.from !== 'copy') return []
      const value = analysis.graph.outputs[index]!
      return this.copy(this.locate(value), this.around.output(index), byteSize(analysis.aval(value)))
    })
    return [...launches, ...copies]
  }

  private launches(kernel: FusedKernel, operations: number): Launch[] {
    const { shaders, workspaceBytes, workspace } = this.codeOf(kernel)
    const label = labelOf(kernel, this.schedule)
    return shaders.map((code) => ({
      code,
      label,
      operations,
      args: code.slots.map((slot): Argument => {
        const written = code.written.has(slot)
        if (slot === 'workspace') {
          const location = { at: 'workspace', index: 0, offset: workspace } as const
          return { location, bytes: workspaceBytes, elementBytes: 4, written }
        }
        if (typeof slot === 'object') {
          return { location: { at: 'given', index: 0, offset: slot.given }, bytes: 0, elementBytes: 1, written }
        }
        const aval = this.schedule.analysis.aval(slot)
        return {
          location: this.locate(slot),
          bytes: byteSize(aval),
          elementBytes: bytesPerElement(aval.dtype),
          written,
        }
      }),
    }))
  }

  private copy(from: Location, to: Location, bytes: number): Launch[] {
    if (bytes === 0) return []
    const inWords = from.offset % 4 === 0 && to.offset % 4 === 0 && bytes % 4 === 0
    const code = inWords ? copyCode(bytes / 4, 'words') : copyCode(bytes, 'bytes')
    const argument = (slot: number): Argument => ({
      location: slot === 0 ? from : to,
      bytes,
      elementBytes: inWords ? 4 : 1,
      written: slot === 1,
    })
    return [{ code, args: code.slots.map((slot) => argument(slot as number)), label: 'copy', operations: bytes }]
  }

  private locate(value: number): Location {
    return locate(this.schedule, value, this.around)
  }

  /** The launches of all iterations. Each carry alternates between its output, where it ends, and a spare buffer. */
  private loop(kernel: OpaqueKernel, body: KernelSchedule, workspaceAt: number): Launch[] {
    const params = kernel.node.params as ScanParams
    const { length, reverse, carries, sequences } = params
    const inputs = kernel.inputs.map((value) => this.locate(value))
    const outputs = kernel.outputs.map((value) => this.locate(value))
    const spare = loopWorkspace(params, body.plan.arenaBytes).carries
    const avals = params.body.inputs
    if (length === 0) {
      return avals.slice(0, carries).flatMap((aval, i) => this.copy(inputs[i]!, outputs[i]!, byteSize(aval)))
    }
    const results = body.analysis.graph.outputs.map((value) => byteSize(body.analysis.aval(value)))
    const own = (carry: number, iteration: number): Location =>
      (length - 1 - iteration) % 2 === 0
        ? outputs[carry]!
        : { at: 'arena', index: 0, offset: workspaceAt + spare[carry]! }
    const codes = new Map<FusedKernel, CodeInWorkspace>()
    return Array.from({ length }, (_, iteration) => {
      const time = reverse ? length - 1 - iteration : iteration
      const shifted = (from: Location, bytes: number): Location => ({ ...from, offset: from.offset + time * bytes })
      const around: LaunchSurroundings = {
        arena: workspaceAt,
        inLoop: true,
        input(index) {
          if (index < carries) return iteration === 0 ? inputs[index]! : own(index, iteration - 1)
          return index < carries + sequences ? shifted(inputs[index]!, byteSize(avals[index]!)) : inputs[index]!
        },
        output: (index) => (index < carries ? own(index, iteration) : shifted(outputs[index]!, results[index]!)),
      }
      return new Launches(body, around, this.workspace, this.traits, codes).list()
    }).flat()
  }

  private codeOf(kernel: FusedKernel): CodeInWorkspace {
    let code = this.codes.get(kernel)
    if (!code) {
      code = {
        ...codeOf(kernel, this.target),
        workspace: this.workspace.bytes,
      }
      this.workspace.bytes += Math.ceil(code.workspaceBytes / 16) * 16
      this.codes.set(kernel, code)
    }
    return code
  }
}

/** The code of a kernel, and the offset of its part of the workspace. */
interface CodeInWorkspace extends KernelCode {
  readonly workspace: number
}

function codeOf(kernel: FusedKernel, target: ShaderTarget): KernelCode {
  switch (kernel.kind) {
    case 'loops':
      return loopsCode(kernel, target)
    case 'contraction':
      return contractionCode(kernel, target)
    case 'opaque':
      return opaqueCode(kernel)
  }
}

function labelOf(kernel: FusedKernel, { analysis }: KernelSchedule): string {
  if (kernel.kind === 'opaque') return kernel.node.op.name
  const stores =
    kernel.kind === 'loops' ? [...kernel.passes.flatMap((pass) => pass.stores), ...kernel.rowStores] : kernel.stores
  const names = stores.map(({ value }) => analysis.node(analysis.makerOf(value)).op.name)
  return `${kernel.kind} for ${[...new Set(names)].join(', ')}`
}
