import { type ContractionKernel, countOf } from '@gradus/schedule'
import { typeOf } from '../wgsl/types.ts'
import { contractionShader } from './contraction-shader.ts'
import type { ShaderCode } from './kernel-code.ts'
import { perPack } from './per-pack.ts'
import { threads } from './rows.ts'

/** Adds the parts of split sums: one thread per element of the result, or per pack. */
export function partialSums(kernel: ContractionKernel, parts: number, pack: number): ShaderCode {
  const { batch, m, n, a, stores } = kernel
  const kept = [...batch, ...m, ...n]
  const count = countOf(kept)
  const shader = contractionShader(kernel, threads, Math.ceil(count / pack / threads), count, pack > 1)
  return perPack(shader, kept, pack, stores, (block, sum, position) => {
    block.lines.push(
      `var ${sum} = ${typeOf(a.dtype)}();`,
      `for (var part = 0u; part < ${parts}u; part++) {`,
      `${sum} += ${shader.kept(a.dtype, `part * ${count}u + ${position}`)};`,
      '}',
    )
  })
}
