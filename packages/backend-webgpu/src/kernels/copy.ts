import { Expressions } from '@gradus/schedule'
import type { ShaderCode } from './kernel-code.ts'
import { ownPosition, threads } from './rows.ts'
import { Shader } from './shader.ts'

/** Copies words, or bytes where values are not aligned to words. */
export function copyCode(count: number, unit: 'words' | 'bytes'): ShaderCode {
  const shader = new Shader({
    make: new Expressions(),
    workgroupSize: threads,
    groups: Math.ceil(count / threads),
    count,
    writesPartialWords: unit === 'bytes',
  })
  const copy =
    unit === 'bytes'
      ? shader.copyByte(0, 1, 'position')
      : shader.put(1, 'uint32', 'position', shader.element('uint32', 0, 'position'))
  return shader.build([...ownPosition(), ...copy])
}
