import { Expressions, type OpaqueKernel } from '@gradus/schedule'
import type { KernelCode, ShaderCode } from './kernel-code.ts'
import { type Lines, linesOf, orderedKey, startOfLine } from './lines.ts'
import { ownPosition, threads } from './rows.ts'
import { Shader } from './shader.ts'

/** The number of elements that a workgroup sorts in its memory. */
const maxTogether = 1024

interface SortPlan {
  readonly kernel: OpaqueKernel
  readonly lines: Lines
  /** The length of a line, rounded up to a power of 2. */
  readonly padded: number
  /** The number of elements per workgroup. */
  readonly together: number
}

/**
 * A bitonic sort of keys with their positions, so that equal keys keep their order: first blocks in workgroup memory, then
 * pairs of blocks, and so on. Between shaders, the workspace holds the keys of each line, followed by the positions.
 */
export function sortCode(kernel: OpaqueKernel): KernelCode {
  const lines = linesOf(kernel.node.aval.shape, (kernel.node.params as { axis: number }).axis)
  const padded = 2 ** Math.ceil(Math.log2(Math.max(2, lines.length)))
  const together = Math.min(padded, maxTogether)
  const plan: SortPlan = { kernel, lines, padded, together }
  const shaders: ShaderCode[] = [sortBlocks(plan, 'first', padded === together)]
  for (let run = 2 * together; run <= padded; run *= 2) {
    for (let apart = run / 2; apart >= together; apart /= 2) shaders.push(comparePairs(plan, run, apart))
    shaders.push(sortBlocks(plan, run, run === padded))
  }
  return { shaders, workspaceBytes: padded === together ? 0 : 8 * padded * lines.count }
}

/** A workgroup sorts a block, or finishes a merge of sorted runs of length `run` that larger distances began. */
function sortBlocks(plan: SortPlan, run: number | 'first', isLast: boolean): ShaderCode {
  const { kernel, lines, padded, together } = plan
  const { node, inputs, inputAvals, outputs } = kernel
  const { descending } = node.params as { descending: boolean }
  const blocks = padded / together
  const shader = shaderFor(lines.count * blocks, lines.count * blocks)
  const [keys, order] = [shader.shared('u32', 4, together), shader.shared('u32', 4, together)]
  const element = shader.element(inputAvals[0]!.dtype, inputs[0]!, `start + at * ${lines.inner}u`)
  const each = (body: readonly string[]) => [
    `for (var i = lane; i < ${together}u; i += ${threads}u) {`,
    'let at = base + i;',
    ...body,
    '}',
  ]
  const key = orderedKey(inputAvals[0]!.dtype, descending, element)
  // padding comes last
  const fresh = [
    `${keys}[i] = 0xffffffffu;`,
    `if (at < ${lines.length}u) { ${keys}[i] = ${key}; }`,
    `${order}[i] = at;`,
  ]
  const { keyAt, orderAt } = pairPositions(plan)
  const kept = [
    `${keys}[i] = ${shader.kept('uint32', keyAt('line', 'at'))};`,
    `${order}[i] = ${shader.kept('uint32', orderAt('line', 'at'))};`,
  ]
  const result = shader.put(outputs[0]!, node.aval.dtype, `start + at * ${lines.inner}u`, `i32(${order}[i])`)
  const write = isLast
    ? [`if (at < ${lines.length}u) {`, ...result, '}']
    : [
        shader.keep('uint32', keyAt('line', 'at'), `${keys}[i]`),
        shader.keep('uint32', orderAt('line', 'at'), `${order}[i]`),
      ]
  const steps = [
    'for (var apart = longest / 2u; apart > 0u; apart >>= 1u) {',
    `for (var pair = lane; pair < ${together / 2}u; pair += ${threads}u) {`,
    'let a = (pair / apart) * 2u * apart + pair % apart;',
    'let b = a + apart;',
    `let isLater = ${keys}[a] > ${keys}[b] || (${keys}[a] == ${keys}[b] && ${order}[a] > ${order}[b]);`,
    'if (isLater == (((base + a) & run) == 0u)) {',
    ...[keys, order].flatMap((list) => [
      '{',
      `let other = ${list}[a];`,
      `${list}[a] = ${list}[b];`,
      `${list}[b] = other;`,
      '}',
    ]),
    '}',
    '}',
    'workgroupBarrier();',
    '}',
  ]
  return shader.build([
    `if (row >= COUNT) { return; }`,
    `let line = row / ${blocks}u;`,
    `let base = row % ${blocks}u * ${together}u;`,
    startOfLine('line', lines),
    ...each(run === 'first' ? fresh : kept),
    'workgroupBarrier();',
    ...(run === 'first'
      ? [`for (var run = 2u; run <= ${together}u; run <<= 1u) {`, 'let longest = run;', ...steps, '}']
      : [`let run = ${shader.given(run)};`, `let longest = ${together}u;`, ...steps]),
    ...each(write),
  ])
}

/** A thread compares two distant elements of a line. */
function comparePairs(plan: SortPlan, run: number, apart: number): ShaderCode {
  const { lines, padded } = plan
  const count = (lines.count * padded) / 2
  const shader = shaderFor(Math.ceil(count / threads), count)
  const { keyAt, orderAt } = pairPositions(plan)
  const read = (position: (line: string, at: string) => string, at: string) =>
    shader.kept('uint32', position('line', at))
  return shader.build([
    ...ownPosition(),
    `let line = position / ${padded / 2}u;`,
    `let pair = position % ${padded / 2}u;`,
    `let apart = ${shader.given(apart)};`,
    'let a = (pair / apart) * 2u * apart + pair % apart;',
    'let b = a + apart;',
    `let keyA = ${read(keyAt, 'a')};`,
    `let keyB = ${read(keyAt, 'b')};`,
    `let orderA = ${read(orderAt, 'a')};`,
    `let orderB = ${read(orderAt, 'b')};`,
    'let isLater = keyA > keyB || (keyA == keyB && orderA > orderB);',
    `if (isLater == ((a & ${shader.given(run)}) == 0u)) {`,
    shader.keep('uint32', keyAt('line', 'a'), 'keyB'),
    shader.keep('uint32', keyAt('line', 'b'), 'keyA'),
    shader.keep('uint32', orderAt('line', 'a'), 'orderB'),
    shader.keep('uint32', orderAt('line', 'b'), 'orderA'),
    '}',
  ])
}

function pairPositions({ padded }: SortPlan) {
  return {
    keyAt: (line: string, at: string) => `${line} * ${2 * padded}u + ${at}`,
    orderAt: (line: string, at: string) => `${line} * ${2 * padded}u + ${padded}u + ${at}`,
  }
}

function shaderFor(groups: number, count: number): Shader {
  return new Shader({ make: new Expressions(), workgroupSize: threads, groups, count, writesPartialWords: false })
}
