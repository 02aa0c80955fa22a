import type { Axis } from '@gradus/schedule'
import {
  doWhile,
  type I32,
  i32,
  ifThen,
  increase,
  type Local,
  type Locals,
  sequence,
  type Void,
} from '../../assembler/index.ts'

/** An address that moves with the loops over the summed axes. */
export interface Cursor {
  readonly at: Local<'i32'>
  readonly start: I32
  /** The strides along the summed axes, in bytes. */
  readonly strides: readonly number[]
}

/** Emits some iterations of the innermost loop, given the offsets of the cursors in each. */
export type Step = (offsets: (cursor: Cursor, round: number) => number, rounds: number) => Void

/** Divides the loops over the summed axes into blocks of about `length` iterations; `end` runs after each. */
export interface DepthBlocks {
  readonly length: number
  readonly end: Void
}

/**
 * Loops over the summed axes. `step` emits one or several iterations of the innermost loop, given the offsets of the
 * cursors.
 */
export function overDepth(
  locals: Locals,
  axes: readonly Axis[],
  cursors: readonly Cursor[],
  unroll: number,
  step: Step,
  blocks?: DepthBlocks,
): Void {
  const begin = (offset: (strides: readonly number[]) => I32 | undefined): Void[] => {
    // cursors with equal strides move by the same distance
    const shared = new Map<readonly number[], Local<'i32'> | undefined>()
    const code: Void[] = []
    for (const { at, start, strides } of cursors) {
      if (!shared.has(strides)) {
        const distance = offset(strides)
        const kept = distance && locals.add('i32')
        if (kept) code.push(kept.set(distance))
        shared.set(strides, kept)
      }
      const kept = shared.get(strides)
      code.push(at.set(kept ? i32.add(start, kept.get) : start))
    }
    return code
  }
  const innermost = axes.at(-1)
  if (!innermost)
    return sequence(
      ...begin(() => undefined),
      step(() => 0, 1),
    )
  const positions = axes.map(() => locals.add('i32'))
  const inner = axes.length - 1
  const offset = (strides: readonly number[]) => {
    const parts = positions.slice(0, inner).map((position, i) => i32.mul(position.get, i32.const(strides[i]!)))
    return parts.length > 0 ? parts.reduce((a, b) => i32.add(a, b)) : undefined
  }
  const strideOf = ({ strides }: Cursor) => strides[inner]!
  const run = (rounds: number, count: number): Void => {
    const body = sequence(
      step((cursor, round) => round * strideOf(cursor), rounds),
      ...cursors.map((cursor) => increase(cursor.at, i32.const(rounds * strideOf(cursor)))),
    )
    if (count === 1) return body
    const left = positions[inner]!
    const repeated = doWhile(body, left.tee(i32.sub(left.get, i32.const(1))))
    if (!blocks || count * rounds <= blocks.length) return sequence(left.set(i32.const(count)), repeated)
    const each = Math.floor(blocks.length / rounds)
    const number = Math.ceil(count / each)
    const later = locals.add('i32')
    return sequence(
      later.set(i32.const(number)),
      // the first block may be shorter
      left.set(i32.const(count - each * (number - 1))),
      doWhile(sequence(repeated, blocks.end, left.set(i32.const(each))), later.tee(i32.sub(later.get, i32.const(1)))),
    )
  }
  // a negative distance cannot be a constant offset, so the loop is not unrolled
  const rounds = cursors.every((cursor) => strideOf(cursor) >= 0) ? unroll : 1
  const count = Math.floor(innermost.size / rounds)
  const rest = innermost.size % rounds
  let code = sequence(...begin(offset), ...(count > 0 ? [run(rounds, count)] : []), ...(rest > 0 ? [run(1, rest)] : []))
  let within = innermost.size
  for (let depth = inner - 1; depth >= 0; depth--) {
    const position = positions[depth]!
    const { size } = axes[depth]!
    const body = sequence(code, increase(position, i32.const(1)))
    const each = blocks && within <= blocks.length ? Math.max(1, Math.floor(blocks.length / within)) : size
    const ended = blocks && each < size ? sequence(body, everyNth(position, each, size, blocks.end)) : body
    within *= size
    code = sequence(position.set(i32.const(0)), doWhile(ended, i32.ltU(position.get, i32.const(size))))
  }
  return code
}

/** Runs `end` when the position, which counts up to `size`, is a multiple of `each` or the last one. */
function everyNth(position: Local<'i32'>, each: number, size: number, end: Void): Void {
  if (each === 1) return end
  const isMultiple = i32.eqz(i32.remU(position.get, i32.const(each)))
  return ifThen(i32.or(isMultiple, i32.eq(position.get, i32.const(size))), end)
}

/** The strides in bytes of an array with these axes in row-major order. */
export function packedStrides(axes: readonly Axis[], elementBytes: number): number[] {
  const strides: number[] = []
  let stride = elementBytes
  for (const { size } of [...axes].reverse()) {
    strides.unshift(stride)
    stride *= size
  }
  return strides
}
