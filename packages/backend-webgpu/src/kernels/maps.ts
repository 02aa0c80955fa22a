import type { LoopKernel } from '@gradus/graph/kernels'
import { Block } from '../wgsl/block.ts'
import { countOf, nameAxes, placesAlong } from './axes.ts'
import type { ShaderCode } from './kernel-code.ts'
import { shaderFor, storesOf, threads } from './rows.ts'

/** Threads have more than one element from so many elements on: reading several at once hides how long a read takes. */
const many = 2 ** 19

/** Elements that do not depend on one another. */
export function mapCode(kernel: LoopKernel): ShaderCode {
  const { outer } = kernel
  const count = countOf(outer)
  const each = count >= 8 * many ? 8 : count >= many ? 4 : 1
  const shader = shaderFor(kernel, Math.ceil(count / (threads * each)), count)
  const root = new Block(shader, new Map())
  const bodies = Array.from({ length: each }, (_, number) => {
    const names = nameAxes(outer, `o${number}n`)
    const body = root.inner(names)
    const place = `place${number}`
    body.lines.push(
      `let ${place} = row * ${threads * each}u + ${number * threads}u + lane;`,
      ...placesAlong(names, place),
    )
    return { place, body, writes: shader.storing(body, storesOf(kernel)) }
  })
  return shader.build([
    ...root.lines,
    ...bodies.flatMap(({ body }) => body.lines),
    ...bodies.flatMap(({ place, writes }) => [`if (${place} < COUNT) {`, ...writes, '}']),
  ])
}
