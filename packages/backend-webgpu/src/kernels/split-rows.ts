import { isPosition, type LoopKernel } from '@gradus/schedule'
import type { GpuTraits } from '../runtime/traits.ts'
import { Block } from '../wgsl/block.ts'
import { type Accumulator, combination } from './accumulator.ts'
import { countOf, nameAxes, placesAlong } from './axes.ts'
import type { KernelCode, ShaderCode } from './kernel-code.ts'
import { declareAccumulators, defineResults, ownPlace, ownRow, shaderFor, storeOnce, threads, walk } from './rows.ts'
import type { Shader } from './shader.ts'
import type { ShaderTarget } from './shader-target.ts'
import { combineWorkgroup } from './workgroup-reduction.ts'

/** From so many parts on a workgroup puts them together. */
const manyParts = 32

/** Rows that are walked over in parts at the same time, by a thread or a workgroup each, and then put together. */
export function splitRows(kernel: LoopKernel, parts: number, shared: boolean, { traits }: ShaderTarget): KernelCode {
  const count = countOf(kernel.outer)
  const words = kernel.passes[0]!.reductions.reduce((sum, { combine }) => sum + (isPosition(combine) ? 2 : 1), 0)
  return {
    shaders: [walkParts(kernel, parts, shared, traits), putTogether(kernel, parts, traits)],
    workspaceBytes: 4 * words * parts * count,
  }
}

function walkParts(kernel: LoopKernel, parts: number, shared: boolean, traits: GpuTraits): ShaderCode {
  const { outer, inner, passes } = kernel
  const pass = passes[0]!
  const [count, length] = [countOf(outer), countOf(inner)]
  const [size, all] = [Math.ceil(length / parts), count * parts]
  const shader = shaderFor(kernel, shared ? all : Math.ceil(all / threads), all)
  const outerNames = nameAxes(outer, 'o')
  const block = new Block(shader, outerNames)
  block.lines.push(
    `let unit = ${shared ? 'row' : `row * ${threads}u + lane`};`,
    `if (unit >= COUNT) { return; }`,
    // neighboring threads have neighboring rows
    `let place = unit % ${count}u;`,
    `let part = unit / ${count}u;`,
    ...placesAlong(outerNames, 'place'),
  )
  const accumulators = declareAccumulators(shader, block, pass)
  const ends = {
    from: `part * ${size}u${shared ? ' + lane' : ''}`,
    to: `min(${length}u, (part + 1u) * ${size}u)`,
    step: shared ? threads : 1,
  }
  block.lines.push(...walk(shader, block, inner, pass, accumulators, ends))
  const kept = keptParts(kernel, parts, shader, accumulators, 'part')
  if (!shared) return shader.build([...block.lines, ...kept.write])
  return shader.build([
    ...block.lines,
    ...combineWorkgroup(shader, pass, accumulators, traits),
    'if (lane == 0u) {',
    ...kept.write,
    '}',
  ])
}

/** A thread for each row, or a workgroup where there is much to put together: one thread would read part after part. */
function putTogether(kernel: LoopKernel, parts: number, traits: GpuTraits): ShaderCode {
  const { outer, passes, rowStores } = kernel
  const pass = passes[0]!
  const count = countOf(outer)
  const shared = parts >= manyParts
  const shader = shaderFor(kernel, shared ? count : Math.ceil(count / threads), count)
  const names = nameAxes(outer, 'o')
  const block = new Block(shader, names)
  block.lines.push(...(shared ? ownRow(names) : ownPlace(names)))
  const accumulators = declareAccumulators(shader, block, pass)
  const { read } = keptParts(kernel, parts, shader, accumulators, 'part')
  const [from, step] = shared ? ['lane', threads] : ['0u', 1]
  block.lines.push(`for (var part = ${from}; part < ${parts}u; part += ${step}u) {`, ...read, '}')
  if (shared) block.lines.push(...combineWorkgroup(shader, pass, accumulators, traits))
  defineResults(block, pass, accumulators)
  if (shared) block.lines.push(...storeOnce(shader, block, rowStores))
  else shader.store(block, rowStores)
  return shader.build(block.lines)
}

/** Statements that keep what came of a part of a row, and those that add it to what comes of the row. */
function keptParts(
  kernel: LoopKernel,
  parts: number,
  shader: Shader,
  accumulators: readonly Accumulator[],
  part: string,
) {
  const count = countOf(kernel.outer)
  const write: string[] = []
  const read: string[] = []
  let words = 0
  const next = () => `${words++ * parts * count}u + ${part} * ${count}u + place`
  kernel.passes[0]!.reductions.forEach(({ combine, expression: { dtype } }, number) => {
    const own = accumulators[number]!
    const value = next()
    const position = isPosition(combine) ? next() : undefined
    write.push(shader.keep(dtype, value, own.value))
    if (position !== undefined) write.push(shader.keep('int32', position, own.position))
    const from = {
      value: shader.kept(dtype, value),
      position: position === undefined ? '0' : shader.kept('int32', position),
    }
    read.push(combination(combine, dtype, own, from))
  })
  return { write, read }
}
