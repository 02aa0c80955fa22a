import type { Axis, Store } from '@gradus/schedule'
import { Block } from '../wgsl/block.ts'
import { coordinatesAlong, nameAxes } from './axes.ts'
import type { ShaderCode } from './kernel-code.ts'
import { threads } from './rows.ts'
import type { Shader } from './shader.ts'

/**
 * One thread per pack of adjacent elements. `compute` adds statements that compute one element into the named variable,
 * which the stores read as the result of the contraction.
 */
export function perPack(
  shader: Shader,
  axes: readonly Axis[],
  pack: number,
  stores: readonly Store[],
  compute: (block: Block, result: string, position: string) => void,
): ShaderCode {
  const root = new Block(shader, new Map())
  root.lines.push(`let first = (row * ${threads}u + lane) * ${pack}u;`, 'if (first >= COUNT) { return; }')
  const addElement = (block: Block, names: ReadonlyMap<Axis, string>, number: number): Block => {
    const [position, result] = [`position${number}`, `result${number}`]
    block.lines.push(`let ${position} = first + ${number}u;`, ...coordinatesAlong(names, position))
    compute(block, result, position)
    block.setReduced(-1, result)
    return block
  }
  // a result without axes is one element, which belongs to the outermost block
  const blocks =
    axes.length === 0
      ? new Array<Block>(pack).fill(addElement(root, new Map(), 0))
      : Array.from({ length: pack }, (_, number) => {
          const names = nameAxes(axes, `o${number}n`)
          return addElement(root.inner(names), names, number)
        })
  const writes = pack > 1 ? shader.storingPack(blocks, stores) : shader.storing(blocks[0]!, stores)
  const inner = blocks.filter((block) => block !== root)
  return shader.build([...root.lines, ...inner.flatMap(({ lines }) => lines), ...writes])
}
