import { countOf, expressionsWithin, type LoopKernel, strideAlong } from '@gradus/schedule'
import { Block } from '../wgsl/block.ts'
import type { Accumulator } from './accumulator.ts'
import { nameAxes } from './axes.ts'
import { nestedInBlocks } from './blocks.ts'
import type { KernelCode, ShaderCode } from './kernel-code.ts'
import { mapCode } from './maps.ts'
import {
  declareAccumulators,
  defineResults,
  ownPosition,
  ownRow,
  rowBufferBytes,
  shaderFor,
  storeOnce,
  storesOf,
  threads,
  visit,
  walk,
} from './rows.ts'
import { scatterCode } from './scatter.ts'
import type { ShaderTarget } from './shader-target.ts'
import { splitRows } from './split-rows.ts'
import { combineWorkgroup } from './workgroup-reduction.ts'

/** Rows of at least this length are processed by a workgroup. */
const longRow = 256

/**
 * The number of workgroups that keep a GPU busy. Where there are fewer, rows are split into parts that are worth a thread
 * or a workgroup.
 */
const enoughGroups = 1024
const minPart = 64

/** The shaders of a loop kernel: a thread per row, a workgroup per long row, or several workgroups per row. */
export function loopsCode(kernel: LoopKernel, target: ShaderTarget): KernelCode {
  const { outer, inner, passes, slots } = kernel
  const workspaceBytes = rowBufferBytes(kernel)
  if (storesOf(kernel).some(({ add }) => add)) return scatterCode(kernel, target)
  if (inner.length === 0 && slots === 0 && passes.length === 1 && passes[0]!.reductions.length === 0) {
    return { shaders: [mapCode(kernel, target)], workspaceBytes: 0 }
  }
  const [count, length] = [countOf(outer), countOf(inner)]
  const shared = length >= longRow && !liesAcross(kernel)
  if (passes.length === 1 && slots === 0 && length >= longRow) {
    const groups = shared ? count : Math.ceil(count / threads)
    const least = shared ? minPart * threads : minPart
    const parts = Math.min(Math.ceil(enoughGroups / groups), Math.floor(length / least))
    if (parts > 1) return splitRows(kernel, parts, shared, target)
  }
  return { shaders: [shared ? sharedRows(kernel, target) : ownRows(kernel)], workspaceBytes }
}

/** Whether adjacent elements in memory belong to different rows. */
function liesAcross({ outer, inner, passes, make }: LoopKernel): boolean {
  const [row, element] = [outer.at(-1), inner.at(-1)]
  if (!row || countOf(outer) < threads / 2) return false
  const roots = passes.flatMap((pass) => [...pass.reductions, ...pass.stores].map(({ expression }) => expression))
  const loads = expressionsWithin(roots, make).flatMap((part) => (part.kind === 'load' ? [part.index] : []))
  const across = loads.filter((index) => strideAlong(index, row) === 1).length
  const along = loads.filter((index) => strideAlong(index, element!) === 1).length
  return across > along
}

/** One thread per row. */
function ownRows(kernel: LoopKernel): ShaderCode {
  const { outer, inner, passes, rowStores } = kernel
  const count = countOf(outer)
  const shader = shaderFor(kernel, Math.ceil(count / threads), count)
  const names = nameAxes(outer, 'o')
  const block = new Block(shader, names)
  block.lines.push(...ownPosition(names))
  for (const pass of passes) {
    const accumulators = declareAccumulators(shader, block, pass)
    const visitAt = (body: Block, sums: readonly Accumulator[]) => visit(shader, body, pass, sums)
    block.lines.push(...nestedInBlocks(shader, block, inner, pass.reductions, accumulators, visitAt))
    defineResults(block, pass, accumulators)
  }
  shader.store(block, rowStores)
  return shader.build(block.lines)
}

/** One workgroup per row. */
function sharedRows(kernel: LoopKernel, { traits }: ShaderTarget): ShaderCode {
  const { outer, inner, passes, rowStores } = kernel
  const [count, length] = [countOf(outer), countOf(inner)]
  const shader = shaderFor(kernel, count, count)
  const names = nameAxes(outer, 'o')
  const block = new Block(shader, names)
  block.lines.push(...ownRow(names))
  for (const pass of passes) {
    const accumulators = declareAccumulators(shader, block, pass)
    const visited = { from: 'lane', to: `${length}u`, step: threads, count: Math.ceil(length / threads) }
    block.lines.push(
      ...walk(shader, block, inner, pass, accumulators, visited),
      ...combineWorkgroup(shader, pass, accumulators, traits),
    )
    defineResults(block, pass, accumulators)
    // other threads read the values that a thread saved
    block.lines.push('storageBarrier();', 'workgroupBarrier();')
  }
  block.lines.push(...storeOnce(shader, block, rowStores))
  return shader.build(block.lines)
}
