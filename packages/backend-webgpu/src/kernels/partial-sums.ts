import { type ContractionKernel, countOf } from '@gradus/schedule'
import { Block } from '../wgsl/block.ts'
import { typeOf } from '../wgsl/types.ts'
import { accumulatorDeclaration } from './accumulator.ts'
import { nameAxes } from './axes.ts'
import { blockLength, inBlocks } from './blocks.ts'
import { contractionShader } from './contraction-shader.ts'
import type { ShaderCode } from './kernel-code.ts'
import { packWidth } from './pack-width.ts'
import { perPack } from './per-pack.ts'
import { ownRow, storeOnce, threads } from './rows.ts'
import type { ShaderTarget } from './shader-target.ts'
import { combineWorkgroup } from './workgroup-reduction.ts'

/** Adds the parts of split sums: one thread per element of the result, or per pack; a workgroup where there are many parts. */
export function partialSums(kernel: ContractionKernel, parts: number, target: ShaderTarget): ShaderCode {
  if (parts > blockLength) return manyParts(kernel, parts, target)
  const { batch, m, n, a, stores } = kernel
  const kept = [...batch, ...m, ...n]
  const count = countOf(kept)
  const pack = packWidth(stores, kept, target)
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

/** One workgroup per element of the result. */
function manyParts(kernel: ContractionKernel, parts: number, { traits }: ShaderTarget): ShaderCode {
  const { batch, m, n, a, stores } = kernel
  const kept = [...batch, ...m, ...n]
  const count = countOf(kept)
  const shader = contractionShader(kernel, threads, count, count, false)
  const names = nameAxes(kept, 'o')
  const block = new Block(shader, names)
  const sum = { value: 'sum', position: '0' }
  const reductions = [{ combine: 'sum', expression: a }] as const
  const span = { from: 'lane', to: `${parts}u`, step: threads, count: Math.ceil(parts / threads) }
  block.lines.push(
    ...ownRow(names),
    ...accumulatorDeclaration('sum', a.dtype, sum),
    ...inBlocks(shader, reductions, [sum], span, ([own], from, to) => [
      `for (var part = ${from}; part < ${to}; part += ${threads}u) {`,
      `${own!.value} += ${shader.kept(a.dtype, `part * ${count}u + position`)};`,
      '}',
    ]),
    ...combineWorkgroup(shader, { reductions }, [sum], traits),
  )
  block.setReduced(-1, sum.value)
  block.lines.push(...storeOnce(shader, block, stores))
  return shader.build(block.lines)
}
