import type { Axis, Store } from '@gradus/schedule'
import { Block } from '../wgsl/block.ts'
import { nameAxes, placesAlong } from './axes.ts'
import type { ShaderCode } from './kernel-code.ts'
import { threads } from './rows.ts'
import type { Shader } from './shader.ts'

/**
 * A thread for each run of neighbors among the places of some axes: `compute` adds statements that give one element, to a
 * variable of the given name, which the stores know as the result of the contraction.
 */
export function perPack(
  shader: Shader,
  axes: readonly Axis[],
  pack: number,
  stores: readonly Store[],
  compute: (block: Block, result: string, place: string) => void,
): ShaderCode {
  const root = new Block(shader, new Map())
  root.lines.push(`let first = (row * ${threads}u + lane) * ${pack}u;`, 'if (first >= COUNT) { return; }')
  const blocks = Array.from({ length: pack }, (_, number) => {
    const names = nameAxes(axes, `o${number}n`)
    // on its own where nothing is shared: a result without axes belongs to the outermost block
    const block = pack === 1 ? new Block(shader, names) : root.inner(names)
    const [place, result] = [`place${number}`, `result${number}`]
    block.lines.push(`let ${place} = first + ${number}u;`, ...placesAlong(names, place))
    compute(block, result, place)
    block.setReduced(-1, result)
    return block
  })
  const writes = pack > 1 ? shader.storingPack(blocks, stores) : shader.storing(blocks[0]!, stores)
  return shader.build([...root.lines, ...blocks.flatMap(({ lines }) => lines), ...writes])
}
