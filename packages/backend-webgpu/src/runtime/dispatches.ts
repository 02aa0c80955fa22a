import type { KernelSchedule } from '@gradus/schedule'
import { assemble } from '../kernels/assemble.ts'
import type { ShaderCode } from '../kernels/kernel-code.ts'
import { type Chain, chainsOf } from './chains.ts'
import { batchesOf } from './launch-batches.ts'
import { type Argument, type Launch, launchesOf } from './launches.ts'
import type { GpuTraits } from './traits.ts'

/** One dispatch: several independent launches, or small ones in turn. */
export interface Dispatch {
  readonly wgsl: string
  readonly groups: number
  readonly args: readonly Argument[]
  readonly label: string
}

/** The workgroup memory of every device. */
const workgroupBytes = 16384
/** More parts would take long to compile. */
const maxParts = 24

/** All dispatches of a program, in order. */
export function dispatchesOf(
  schedule: KernelSchedule,
  traits: GpuTraits,
): {
  readonly dispatches: readonly Dispatch[]
  readonly workspaceBytes: number
} {
  const { launches, workspaceBytes } = launchesOf(schedule, traits)
  const shaders = new Shaders()
  const dispatches = chainsOf(batchesOf(launches)).flatMap((chain) =>
    chain.length > 1 ? [dispatchOf(chain, shaders)] : packed(chain[0]!).map((list) => dispatchOf([list], shaders)),
  )
  return { dispatches, workspaceBytes }
}

/** Divides a batch into launches that can share a dispatch. */
function packed(batch: readonly Launch[]): Launch[][] {
  const packs = new Map<string, { list: Launch[]; bytes: number }>()
  const done: Launch[][] = []
  for (const launch of batch) {
    const { workgroupSize, writesPartialWords, workgroupBytes: bytes } = launch.code
    const key = `${workgroupSize} ${writesPartialWords}`
    const pack = packs.get(key)
    if (pack && pack.list.length < maxParts && pack.bytes + bytes <= workgroupBytes) {
      pack.list.push(launch)
      pack.bytes += bytes
      continue
    }
    const list = [launch]
    done.push(list)
    packs.set(key, { list, bytes })
  }
  return done
}

/** A dispatch of independent launches, or of several phases in one workgroup. */
function dispatchOf(phases: Chain, shaders: Shaders): Dispatch {
  const launches = phases.flat()
  return {
    wgsl: shaders.textOf(phases.map((phase) => phase.map(({ code }) => code))),
    groups: phases.length > 1 ? 1 : launches.reduce((sum, { code }) => sum + code.groups, 0),
    args: launches.flatMap(({ args }) => args),
    label: [...new Set(launches.map(({ label }) => label))].join('; '),
  }
}

/** Shader texts; the iterations of a loop share them. */
class Shaders {
  private readonly numbers = new Map<ShaderCode, number>()
  private readonly texts = new Map<string, string>()

  textOf(phases: readonly (readonly ShaderCode[])[]): string {
    const key = phases.map((phase) => phase.map((part) => this.numberOf(part)).join()).join(';')
    let text = this.texts.get(key)
    if (text === undefined) this.texts.set(key, (text = assemble(phases)))
    return text
  }

  private numberOf(part: ShaderCode): number {
    let number = this.numbers.get(part)
    if (number === undefined) this.numbers.set(part, (number = this.numbers.size))
    return number
  }
}
