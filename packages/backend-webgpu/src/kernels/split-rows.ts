import { isPosition, type LoopKernel } from '@gradus/schedule'
import type { GpuTraits } from '../runtime/traits.ts'
import { Block } from '../wgsl/block.ts'
import { countOf, nameAxes, placesAlong } from './axes.ts'
import { adding, type Running } from './combining.ts'
import type { KernelCode, ShaderCode } from './kernel-code.ts'
import { beginAll, endAll, ownPlace, ownRow, shaderFor, storeOnce, threads, walk } from './rows.ts'
import type { Setting } from './setting.ts'
import type { Shader } from './shader.ts'
import { combineTeam } from './teams.ts'

/** From so many parts on a workgroup puts them together. */
const manyParts = 32

/** Rows that are walked over in parts at the same time, by a thread or a workgroup each, and then put together. */
export function splitRows(kernel: LoopKernel, parts: number, shared: boolean, { traits }: Setting): KernelCode {
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
    // neighbouring threads have neighbouring rows
    `let place = unit % ${count}u;`,
    `let part = unit / ${count}u;`,
    ...placesAlong(outerNames, 'place'),
  )
  const running = beginAll(shader, block, pass)
  const ends = {
    from: `part * ${size}u${shared ? ' + lane' : ''}`,
    to: `min(${length}u, (part + 1u) * ${size}u)`,
    step: shared ? threads : 1,
  }
  block.lines.push(...walk(shader, block, inner, pass, running, ends))
  const kept = keptParts(kernel, parts, shader, running, 'part')
  if (!shared) return shader.build([...block.lines, ...kept.write])
  return shader.build([
    ...block.lines,
    ...combineTeam(shader, pass, running, traits),
    'if (lane == 0u) {',
    ...kept.write,
    '}',
  ])
}

/** A thread for each row, or a workgroup where there is much to put together: one thread would read part after part. */
function putTogether(kernel: LoopKernel, parts: number, traits: GpuTraits): ShaderCode {
  const { outer, passes, rows } = kernel
  const pass = passes[0]!
  const count = countOf(outer)
  const shared = parts >= manyParts
  const shader = shaderFor(kernel, shared ? count : Math.ceil(count / threads), count)
  const names = nameAxes(outer, 'o')
  const block = new Block(shader, names)
  block.lines.push(...(shared ? ownRow(names) : ownPlace(names)))
  const running = beginAll(shader, block, pass)
  const { read } = keptParts(kernel, parts, shader, running, 'part')
  const [from, step] = shared ? ['lane', threads] : ['0u', 1]
  block.lines.push(`for (var part = ${from}; part < ${parts}u; part += ${step}u) {`, ...read, '}')
  if (shared) block.lines.push(...combineTeam(shader, pass, running, traits))
  endAll(block, pass, running)
  if (shared) block.lines.push(...storeOnce(shader, block, rows))
  else shader.store(block, rows)
  return shader.build(block.lines)
}

/** Statements that keep what came of a part of a row, and those that add it to what comes of the row. */
function keptParts(kernel: LoopKernel, parts: number, shader: Shader, running: readonly Running[], part: string) {
  const count = countOf(kernel.outer)
  const write: string[] = []
  const read: string[] = []
  let words = 0
  const next = () => `${words++ * parts * count}u + ${part} * ${count}u + place`
  kernel.passes[0]!.reductions.forEach(({ combine, expression: { dtype } }, number) => {
    const own = running[number]!
    const value = next()
    const place = isPosition(combine) ? next() : undefined
    write.push(shader.keep(dtype, value, own.value))
    if (place !== undefined) write.push(shader.keep('int32', place, own.place))
    const from = { value: shader.kept(dtype, value), place: place === undefined ? '0' : shader.kept('int32', place) }
    read.push(adding(combine, dtype, own, from))
  })
  return { write, read }
}
