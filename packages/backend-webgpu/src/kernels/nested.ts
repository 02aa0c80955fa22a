import type { Axis } from '@gradus/schedule'
import type { Block } from '../wgsl/block.ts'
import type { Shader } from './shader.ts'

/** Nested loops. Code that does not depend on an axis is emitted outside of its loop. */
export function nested(shader: Shader, block: Block, axes: readonly Axis[], body: (block: Block) => void): string[] {
  const [axis, ...others] = axes
  if (!axis) {
    const inside = block.inner([])
    body(inside)
    return inside.lines
  }
  const name = shader.name()
  const inside = block.inner([[axis, name]])
  const lines = nested(shader, inside, others, body)
  return [`for (var ${name} = 0; ${name} < ${axis.size}; ${name}++) {`, ...inside.lines, ...lines, '}']
}
