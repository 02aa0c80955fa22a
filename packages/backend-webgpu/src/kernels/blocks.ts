import { type Axis, countOf } from '@gradus/schedule'
import { type DType, isFloat } from '@gradus/tensor'
import type { Combine } from '@gradus/tensor/lowering'
import type { Block } from '../wgsl/block.ts'
import type { Code } from '../wgsl/types.ts'
import { type Accumulator, accumulatorDeclaration, combination } from './accumulator.ts'
import { nested } from './nested.ts'
import type { Shader } from './shader.ts'

/**
 * The length of a block. Floats are added in blocks, the sums of blocks in blocks again, and so on. So a number takes part in
 * at most this many additions per level, and rounding errors grow with the number of levels, which is a logarithm.
 */
export const blockLength = 128

/** A reduction, as far as its accumulators depend on it. */
interface Reduced {
  readonly combine: Combine
  readonly expression: { readonly dtype: DType }
}

/** A loop `for (at = from; at < to; at += step)`. */
interface Span {
  readonly from: Code
  readonly to: Code
  readonly step: number
  /** The largest number of iterations. */
  readonly count: number
  /** The number of elements that an iteration adds. Default: 1. */
  readonly each?: number
  /** The suffix of literals: `u` for unsigned integers, which is the default. */
  readonly suffix?: string
}

/** Whether additions are rounded. */
function isRounded({ combine, expression }: Reduced): boolean {
  return combine === 'sum' && isFloat(expression.dtype)
}

/**
 * Divides a loop into loops over blocks, if it is longer than a block and sums are rounded. `inside` gets the accumulators of
 * the innermost block and its ends.
 */
export function inBlocks(
  shader: Shader,
  reductions: readonly Reduced[],
  accumulators: readonly Accumulator[],
  span: Span,
  inside: (accumulators: readonly Accumulator[], from: Code, to: Code) => string[],
): string[] {
  const { from, to, step, count, each = 1, suffix = 'u' } = span
  if (count * each <= blockLength || !reductions.some(isRounded)) return inside(accumulators, from, to)
  let size = Math.floor(blockLength / each)
  while (size * blockLength < count) size *= blockLength
  const [begin, end] = [shader.name(), shader.name()]
  const distance = `${size * step}${suffix}`
  return [
    `for (var ${begin} = ${from}; ${begin} < ${to}; ${begin} += ${distance}) {`,
    `let ${end} = min(${to}, ${begin} + ${distance});`,
    ...withOwnSums(shader, reductions, accumulators, (sums) =>
      inBlocks(shader, reductions, sums, { ...span, from: begin, to: end, count: size }, inside),
    ),
    '}',
  ]
}

/** Nested loops such as those of `nested`, in blocks. `body` gets the accumulators of the innermost block. */
export function nestedInBlocks(
  shader: Shader,
  block: Block,
  axes: readonly Axis[],
  reductions: readonly Reduced[],
  accumulators: readonly Accumulator[],
  body: (block: Block, accumulators: readonly Accumulator[]) => void,
): string[] {
  const [axis, ...others] = axes
  if (!axis || countOf(axes) <= blockLength || !reductions.some(isRounded)) {
    return nested(shader, block, axes, (inner) => body(inner, accumulators))
  }
  const within = countOf(others)
  const isLong = within > blockLength
  const span = { from: '0', to: String(axis.size), step: 1, count: axis.size, suffix: '', each: isLong ? 1 : within }
  return inBlocks(shader, reductions, accumulators, span, (sums, from, to) => {
    const name = shader.name()
    const inner = block.inner([[axis, name]])
    const lines = isLong
      ? withOwnSums(shader, reductions, sums, (own) => nestedInBlocks(shader, inner, others, reductions, own, body))
      : nested(shader, inner, others, (innermost) => body(innermost, sums))
    return [`for (var ${name} = ${from}; ${name} < ${to}; ${name}++) {`, ...inner.lines, ...lines, '}']
  })
}

/** Statements with separate accumulators for sums that are rounded, which are then added to the given ones. */
function withOwnSums(
  shader: Shader,
  reductions: readonly Reduced[],
  accumulators: readonly Accumulator[],
  inside: (accumulators: readonly Accumulator[]) => string[],
): string[] {
  const own = accumulators.map((given, number) =>
    isRounded(reductions[number]!) ? { value: shader.name(), position: given.position } : given,
  )
  const changed = reductions
    .map(({ combine, expression: { dtype } }, number) => ({
      combine,
      dtype,
      from: own[number]!,
      to: accumulators[number]!,
    }))
    .filter(({ from, to }) => from !== to)
  return [
    ...changed.flatMap(({ combine, dtype, from }) => accumulatorDeclaration(combine, dtype, from)),
    ...inside(own),
    ...changed.map(({ combine, dtype, from, to }) => combination(combine, dtype, to, from)),
  ]
}
