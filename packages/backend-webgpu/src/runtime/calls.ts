import type { KernelSchedule } from '@gradus/graph/kernels'
import { assemble } from '../kernels/assemble.ts'
import type { ShaderCode } from '../kernels/kernel-code.ts'
import { type Entry, type Launch, launchesOf } from './launches.ts'
import { wavesOf } from './waves.ts'

/** One dispatch: several launches that do not depend on one another. */
export interface Call {
  readonly wgsl: string
  readonly groups: number
  readonly entries: readonly Entry[]
  readonly label: string
}

/** Every device has so many bytes for the variables of a workgroup. */
const workgroupBytes = 16384
/** More would take long to compile. */
const mostParts = 24

/** All dispatches of a program, in order. */
export function callsOf(schedule: KernelSchedule): {
  readonly calls: readonly Call[]
  readonly workspaceBytes: number
} {
  const { launches, workspaceBytes } = launchesOf(schedule)
  const shaders = new Shaders()
  return {
    calls: wavesOf(launches).flatMap((wave) => packed(wave).map((list) => callOf(list, shaders))),
    workspaceBytes,
  }
}

/** Those that can be one dispatch, together. */
function packed(wave: readonly Launch[]): Launch[][] {
  const packs = new Map<string, { list: Launch[]; bytes: number }>()
  const done: Launch[][] = []
  for (const launch of wave) {
    const { workgroupSize, writesParts, workgroupBytes: bytes } = launch.code
    const key = `${workgroupSize} ${writesParts}`
    const pack = packs.get(key)
    if (pack && pack.list.length < mostParts && pack.bytes + bytes <= workgroupBytes) {
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

function callOf(list: readonly Launch[], shaders: Shaders): Call {
  return {
    wgsl: shaders.textOf(list.map(({ code }) => code)),
    groups: list.reduce((sum, { code }) => sum + code.groups, 0),
    entries: list.flatMap(({ entries }) => entries),
    label: [...new Set(list.map(({ label }) => label))].join('; '),
  }
}

/** The texts of shaders; the steps of a loop share them. */
class Shaders {
  private readonly numbers = new Map<ShaderCode, number>()
  private readonly texts = new Map<string, string>()

  textOf(parts: readonly ShaderCode[]): string {
    const key = parts.map((part) => this.numberOf(part)).join()
    let text = this.texts.get(key)
    if (text === undefined) this.texts.set(key, (text = assemble(parts)))
    return text
  }

  private numberOf(part: ShaderCode): number {
    let number = this.numbers.get(part)
    if (number === undefined) this.numbers.set(part, (number = this.numbers.size))
    return number
  }
}
