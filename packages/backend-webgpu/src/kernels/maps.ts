import { countOf, type LoopKernel } from '@gradus/schedule'
import { Block } from '../wgsl/block.ts'
import { coordinatesAlong, nameAxes } from './axes.ts'
import type { ShaderCode } from './kernel-code.ts'
import { packWidth } from './pack-width.ts'
import { shaderFor, storesOf, threads } from './rows.ts'
import type { ShaderTarget } from './shader-target.ts'

/** From this number of elements on, a thread computes several: loading them together hides memory latency. */
const many = 2 ** 19

/** Elements that are computed independently. */
export function mapCode(kernel: LoopKernel, target: ShaderTarget): ShaderCode {
  const { outer } = kernel
  const count = countOf(outer)
  const stores = storesOf(kernel)
  const pack = packWidth(stores, outer, target)
  const wanted = count >= 8 * many ? 8 : count >= many ? 4 : 1
  const each = Math.max(1, wanted / pack)
  const shader = shaderFor(kernel, Math.ceil(count / (threads * each * pack)), count, pack > 1)
  const root = new Block(shader, new Map())
  const groups = Array.from({ length: each }, (_, group) => {
    const first = `first${group}`
    root.lines.push(`let ${first} = (row * ${threads * each}u + ${group * threads}u + lane) * ${pack}u;`)
    const bodies = Array.from({ length: pack }, (_, next) => {
      const number = group * pack + next
      const names = nameAxes(outer, `o${number}n`)
      const body = root.inner(names)
      body.lines.push(`let position${number} = ${first} + ${next}u;`, ...coordinatesAlong(names, `position${number}`))
      return body
    })
    return { first, bodies, writes: pack > 1 ? shader.storingPack(bodies, stores) : shader.storing(bodies[0]!, stores) }
  })
  return shader.build([
    ...root.lines,
    ...groups.flatMap(({ bodies }) => bodies.flatMap(({ lines }) => lines)),
    ...groups.flatMap(({ first, writes }) => [`if (${first} < COUNT) {`, ...writes, '}']),
  ])
}
