import type { ContractionKernel } from '@gradus/graph/kernels'
import { Block } from '../wgsl/block.ts'
import { typeOf } from '../wgsl/types.ts'
import { countOf, nameAxes } from './axes.ts'
import { contractionShader } from './contraction-shader.ts'
import type { ShaderCode } from './kernel-code.ts'
import { ownPlace, threads } from './rows.ts'

/** A thread for each element of the result puts its parts together. */
export function partialSums(kernel: ContractionKernel, parts: number): ShaderCode {
  const { batch, m, n, a, stores } = kernel
  const kept = [...batch, ...m, ...n]
  const count = countOf(kept)
  const shader = contractionShader(kernel, threads, Math.ceil(count / threads), count)
  const names = nameAxes(kept, 'o')
  const block = new Block(shader, names)
  block.lines.push(
    ...ownPlace(names),
    `var sum = ${typeOf(a.dtype)}();`,
    `for (var part = 0u; part < ${parts}u; part++) {`,
    `sum += ${shader.kept(a.dtype, `part * ${count}u + place`)};`,
    '}',
  )
  block.setReduced(-1, 'sum')
  shader.store(block, stores)
  return shader.build(block.lines)
}
