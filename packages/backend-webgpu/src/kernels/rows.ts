import { type Axis, countOf, type LoopKernel, type Pass, type Store } from '@gradus/schedule'
import { bytesPerElement } from '@gradus/tensor/internals'
import type { Block } from '../wgsl/block.ts'
import type { Code } from '../wgsl/types.ts'
import { type Accumulator, accumulatorDeclaration, combination, elementValue, resultOf } from './accumulator.ts'
import { coordinatesAlong, nameAxes } from './axes.ts'
import { inBlocks } from './blocks.ts'
import { Shader } from './shader.ts'

/** The number of threads of a workgroup. */
export const threads = 256

/** All stores of a kernel. */
export function storesOf({ passes, rowStores }: LoopKernel): Store[] {
  return [...passes.flatMap(({ stores }) => stores), ...rowStores]
}

/** The shader of a loop kernel or of a part of one. */
export function shaderFor(kernel: LoopKernel, groups: number, count: number, inWords = false): Shader {
  const { make, slots, outer, inner } = kernel
  const length = countOf(inner)
  const writesPartialWords = !inWords && storesOf(kernel).some(({ stored }) => bytesPerElement(stored) !== 4)
  const rowBuffers = { words: countOf(outer) * length, length }
  return new Shader({
    make,
    workgroupSize: threads,
    groups,
    count,
    writesPartialWords,
    ...(slots > 0 && { rowBuffers }),
  })
}

/** The size of a kernel's row buffers, in bytes. */
export function rowBufferBytes({ slots, outer, inner }: LoopKernel): number {
  return 4 * slots * countOf(outer) * countOf(inner)
}

/** The first statements of a thread for position `row * threads + lane`. The thread ends if the position is not below `COUNT`. */
export function ownPosition(names: ReadonlyMap<Axis, Code> = new Map()): string[] {
  return [
    `let position = row * ${threads}u + lane;`,
    'if (position >= COUNT) { return; }',
    ...coordinatesAlong(names, 'position'),
  ]
}

/** The first statements of a workgroup for position `row`. Its threads end if the position is not below `COUNT`. */
export function ownRow(names: ReadonlyMap<Axis, Code>): string[] {
  return ['let position = row;', 'if (position >= COUNT) { return; }', ...coordinatesAlong(names, 'position')]
}

/** Statements with which one thread of a workgroup stores. */
export function storeOnce(shader: Shader, block: Block, stores: readonly Store[]): string[] {
  if (stores.length === 0) return []
  const last = block.inner([])
  shader.store(last, stores)
  return ['if (lane == 0u) {', ...last.lines, '}']
}

/** Declares the accumulators of a pass. */
export function declareAccumulators(shader: Shader, block: Block, { reductions }: Pass): Accumulator[] {
  return reductions.map(({ combine, expression }) => {
    const accumulators = { value: shader.name(), position: shader.name() }
    block.lines.push(...accumulatorDeclaration(combine, expression.dtype, accumulators))
    return accumulators
  })
}

/** The code of a pass for one element of a row. */
export function visit(
  shader: Shader,
  body: Block,
  { reductions, stores, saves }: Pass,
  accumulators: readonly Accumulator[],
): void {
  reductions.forEach(({ combine, expression, position }, number) => {
    const { dtype } = expression
    const value = elementValue(combine, dtype, body.value(expression))
    const element: Accumulator = { value, position: position ? body.index(position) : '0' }
    body.lines.push(combination(combine, dtype, accumulators[number]!, element))
  })
  for (const { slot, index, expression } of saves) {
    body.lines.push(shader.save(slot, expression.dtype, body.index(index), body.value(expression)))
  }
  shader.store(body, stores)
}

/** The number of loads in flight: elements are loaded together before the first of them is used. */
const atOnce = 4

/** The positions in a row that a thread visits: `count` at most. */
interface Visited {
  readonly from: Code
  readonly to: Code
  readonly step: number
  readonly count: number
}

/** Loops over a row, or a part of one. */
export function walk(
  shader: Shader,
  block: Block,
  inner: readonly Axis[],
  pass: Pass,
  accumulators: readonly Accumulator[],
  visited: Visited,
): string[] {
  return inBlocks(shader, pass.reductions, accumulators, visited, (sums, from, to) =>
    walkBlock(shader, block, inner, pass, sums, { ...visited, from, to }),
  )
}

/** A loop with the position `at`. Where elements are only reduced, several are loaded together. */
function walkBlock(
  shader: Shader,
  block: Block,
  inner: readonly Axis[],
  pass: Pass,
  accumulators: readonly Accumulator[],
  { from, to, step }: Visited,
): string[] {
  const single = block.inner(nameAxes(inner, 'i'))
  single.lines.push(...coordinatesAlong(nameAxes(inner, 'i'), 'at'))
  visit(shader, single, pass, accumulators)
  const rest = ['{', ...single.lines, '}']
  const begin = `var at = ${from};`
  if (pass.stores.length + pass.saves.length > 0) {
    return ['{', begin, `for (; at < ${to}; at += ${step}u) ${rest.join('\n')}`, '}']
  }
  const bodies = Array.from({ length: atOnce }, (_, number) => {
    const names = nameAxes(inner, `i${number}n`)
    const body = block.inner(names)
    body.lines.push(`let at${number} = at + ${number * step}u;`, ...coordinatesAlong(names, `at${number}`))
    for (const { expression, position } of pass.reductions) {
      body.value(expression)
      if (position) body.index(position)
    }
    return body
  })
  const first = bodies.flatMap(({ lines }) => [...lines])
  const added = bodies.flatMap((body) => {
    const before = body.lines.length
    visit(shader, body, pass, accumulators)
    return body.lines.slice(before)
  })
  return [
    '{',
    begin,
    `for (; at + ${(atOnce - 1) * step}u < ${to}; at += ${atOnce * step}u) {`,
    ...first,
    ...added,
    '}',
    `for (; at < ${to}; at += ${step}u) ${rest.join('\n')}`,
    '}',
  ]
}

/** Makes the results of the reductions available. */
export function defineResults(block: Block, { reductions }: Pass, accumulators: readonly Accumulator[]): void {
  reductions.forEach(({ id, combine, expression }, number) => {
    block.setReduced(id, resultOf(combine, expression.dtype, accumulators[number]!))
  })
}
