import { type Axis, isPosition, type LoopKernel, type Pass, type Store } from '@gradus/schedule'
import { bytesPerElement } from '@gradus/tensor'
import type { Block } from '../wgsl/block.ts'
import type { Code } from '../wgsl/types.ts'
import { countOf, nameAxes, placesAlong } from './axes.ts'
import { adding, beginning, type Running } from './combining.ts'
import { Shader } from './shader.ts'

/** The threads of a workgroup, whether they work alone or share a long row. */
export const threads = 256

/** All stores of a kernel. */
export function storesOf({ passes, rows }: LoopKernel): Store[] {
  return [...passes.flatMap(({ stores }) => stores), ...rows]
}

/** A shader for (a part of) a kernel. */
export function shaderFor(kernel: LoopKernel, groups: number, count: number, inWords = false): Shader {
  const { make, slots, outer, inner } = kernel
  const length = countOf(inner)
  const writesParts = !inWords && storesOf(kernel).some(({ stored }) => bytesPerElement(stored) !== 4)
  const rowBuffers = { words: countOf(outer) * length, length }
  return new Shader({ make, workgroupSize: threads, groups, count, writesParts, ...(slots > 0 && { rowBuffers }) })
}

/** Bytes of the row-local buffers of a kernel. */
export function rowBufferBytes({ slots, outer, inner }: LoopKernel): number {
  return 4 * slots * countOf(outer) * countOf(inner)
}

/** Statements with which a thread begins that has the place `row * threads + lane`, if there are so many. */
export function ownPlace(names: ReadonlyMap<Axis, Code> = new Map()): string[] {
  return [`let place = row * ${threads}u + lane;`, 'if (place >= COUNT) { return; }', ...placesAlong(names, 'place')]
}

/** Statements with which a workgroup begins that has the place `row`, if there are so many. */
export function ownRow(names: ReadonlyMap<Axis, Code>): string[] {
  return ['let place = row;', 'if (place >= COUNT) { return; }', ...placesAlong(names, 'place')]
}

/** Statements with which one thread of a workgroup stores. */
export function storeOnce(shader: Shader, block: Block, stores: readonly Store[]): string[] {
  if (stores.length === 0) return []
  const last = block.inner([])
  shader.store(last, stores)
  return ['if (lane == 0u) {', ...last.lines, '}']
}

/** Declares what the reductions of a pass are computed in. */
export function beginAll(shader: Shader, block: Block, { reductions }: Pass): Running[] {
  return reductions.map(({ combine, expression }) => {
    const running = { value: shader.name(), place: shader.name() }
    block.lines.push(...beginning(combine, expression.dtype, running))
    return running
  })
}

/** What happens at each element of a row. */
export function visit(
  shader: Shader,
  body: Block,
  { reductions, stores, saves }: Pass,
  running: readonly Running[],
): void {
  reductions.forEach(({ combine, expression, place }, number) => {
    const element: Running = { value: body.value(expression), place: place ? body.index(place) : '0' }
    body.lines.push(adding(combine, expression.dtype, running[number]!, element))
  })
  for (const { slot, index, expression } of saves) {
    body.lines.push(shader.save(slot, expression.dtype, body.index(index), body.value(expression)))
  }
  shader.store(body, stores)
}

/** Loads on the way at the same time: neighbours have to be read before the first of them is used. */
const atOnce = 4

/**
 * A loop over (a part of) a row whose places are one number, `at`. Where elements are only put together, several are read at
 * once.
 */
export function walk(
  shader: Shader,
  block: Block,
  inner: readonly Axis[],
  pass: Pass,
  running: readonly Running[],
  { from, to, step }: { readonly from: Code; readonly to: Code; readonly step: number },
): string[] {
  const single = block.inner(nameAxes(inner, 'i'))
  single.lines.push(...placesAlong(nameAxes(inner, 'i'), 'at'))
  visit(shader, single, pass, running)
  const rest = ['{', ...single.lines, '}']
  const begin = `var at = ${from};`
  if (pass.stores.length + pass.saves.length > 0) {
    return ['{', begin, `for (; at < ${to}; at += ${step}u) ${rest.join('\n')}`, '}']
  }
  const bodies = Array.from({ length: atOnce }, (_, number) => {
    const names = nameAxes(inner, `i${number}n`)
    const body = block.inner(names)
    body.lines.push(`let at${number} = at + ${number * step}u;`, ...placesAlong(names, `at${number}`))
    for (const { expression, place } of pass.reductions) {
      body.value(expression)
      if (place) body.index(place)
    }
    return body
  })
  const first = bodies.flatMap(({ lines }) => [...lines])
  const added = bodies.flatMap((body) => {
    const before = body.lines.length
    visit(shader, body, pass, running)
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

/** Makes the results of the reductions known. */
export function endAll(block: Block, { reductions }: Pass, running: readonly Running[]): void {
  reductions.forEach(({ id, combine }, number) => {
    const { value, place } = running[number]!
    block.setReduced(id, isPosition(combine) ? place : value)
  })
}

/** Loops within each other; what does not depend on an axis is computed outside of its loop. */
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
