import { countOf, isPosition, type LoopKernel } from '@gradus/schedule'
import type { GpuTraits } from '../runtime/traits.ts'
import { Block } from '../wgsl/block.ts'
import { type Accumulator, combination, isPair } from './accumulator.ts'
import { coordinatesAlong, nameAxes } from './axes.ts'
import type { KernelCode, ShaderCode } from './kernel-code.ts'
import { declareAccumulators, defineResults, ownPosition, ownRow, shaderFor, storeOnce, threads, walk } from './rows.ts'
import type { Shader } from './shader.ts'
import type { ShaderTarget } from './shader-target.ts'
import { combineWorkgroup } from './workgroup-reduction.ts'

/** From this number of parts on, a workgroup combines them. */
const manyParts = 32

/** Rows in parts, which threads or workgroups process in parallel and a second shader combines. */
export function splitRows(kernel: LoopKernel, parts: number, shared: boolean, { traits }: ShaderTarget): KernelCode {
  const count = countOf(kernel.outer)
  const words = kernel.passes[0]!.reductions.reduce(
    (sum, { combine, expression }) => sum + (isPosition(combine) || isPair(combine, expression.dtype) ? 2 : 1),
    0,
  )
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
    // adjacent threads have adjacent rows
    `let position = unit % ${count}u;`,
    `let part = unit / ${count}u;`,
    ...coordinatesAlong(outerNames, 'position'),
  )
  const accumulators = declareAccumulators(shader, block, pass)
  const step = shared ? threads : 1
  const visited = {
    from: `part * ${size}u${shared ? ' + lane' : ''}`,
    to: `min(${length}u, (part + 1u) * ${size}u)`,
    step,
    count: Math.ceil(size / step),
  }
  block.lines.push(...walk(shader, block, inner, pass, accumulators, visited))
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

/** A thread per row, or a workgroup where there are many parts. */
function putTogether(kernel: LoopKernel, parts: number, traits: GpuTraits): ShaderCode {
  const { outer, passes, rowStores } = kernel
  const pass = passes[0]!
  const count = countOf(outer)
  const shared = parts >= manyParts
  const shader = shaderFor(kernel, shared ? count : Math.ceil(count / threads), count)
  const names = nameAxes(outer, 'o')
  const block = new Block(shader, names)
  block.lines.push(...(shared ? ownRow(names) : ownPosition(names)))
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

/** Statements that store the accumulators of a part, and statements that combine them into those of the row. */
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
  const next = () => `${words++ * parts * count}u + ${part} * ${count}u + position`
  kernel.passes[0]!.reductions.forEach(({ combine, expression: { dtype } }, number) => {
    const own = accumulators[number]!
    const value = next()
    if (isPair(combine, dtype)) {
      const error = next()
      write.push(shader.keep(dtype, value, `${own.value}.x`), shader.keep(dtype, error, `${own.value}.y`))
      const pair = `vec2<f32>(${shader.kept(dtype, value)}, ${shader.kept(dtype, error)})`
      read.push(combination(combine, dtype, own, { value: pair, position: '0' }))
      return
    }
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
