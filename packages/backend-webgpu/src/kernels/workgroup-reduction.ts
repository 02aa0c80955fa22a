import { isPosition, type Pass } from '@gradus/schedule'
import type { DType } from '@gradus/tensor'
import type { GpuTraits } from '../runtime/traits.ts'
import type { Code } from '../wgsl/types.ts'
import { type Accumulator, accumulatorType, combination, isPair } from './accumulator.ts'
import { threads } from './rows.ts'
import type { Shader } from './shader.ts'

/** Statements in which the threads of a workgroup combine their accumulators. */
export function combineWorkgroup(
  shader: Shader,
  { reductions }: { readonly reductions: readonly Reduction[] },
  accumulators: readonly Accumulator[],
  { subgroupSize }: GpuTraits,
): string[] {
  return reductions.flatMap((reduction, number) =>
    subgroupSize === undefined
      ? inMemory(shader, reduction, accumulators[number]!)
      : bySubgroups(shader, reduction, accumulators[number]!, subgroupSize),
  )
}

type Reduction = Pick<Pass['reductions'][number], 'combine' | 'expression'>

/** A tree reduction in workgroup memory. */
function inMemory(shader: Shader, reduction: Reduction, own: Accumulator): string[] {
  const { combine, expression } = reduction
  const { at, put } = sharedValues(shader, reduction, threads)
  return [
    ...put(at('lane'), own),
    'workgroupBarrier();',
    `for (var half = ${threads / 2}u; half > 0u; half >>= 1u) {`,
    `if (lane < half) { ${combination(combine, expression.dtype, at('lane'), at('lane + half'))} }`,
    'workgroupBarrier();',
    '}',
    ...put(own, at('0')),
  ]
}

/** Subgroups reduce by exchanging values; their results go through workgroup memory once. */
function bySubgroups(shader: Shader, reduction: Reduction, own: Accumulator, size: number): string[] {
  const { combine, expression } = reduction
  const teams = threads / size
  const { at, put } = sharedValues(shader, reduction, teams)
  const lines: string[] = []
  for (let apart = 1; apart < size; apart *= 2) {
    const [value, position] = [shader.name(), shader.name()]
    lines.push(`let ${value} = ${exchanged(expression.dtype, own.value, apart)};`)
    if (isPosition(combine)) lines.push(`let ${position} = ${exchanged('int32', own.position, apart)};`)
    lines.push(combination(combine, expression.dtype, own, { value, position }))
  }
  return [
    ...lines,
    `if (lane % ${size}u == 0u) {`,
    ...put(at(`lane / ${size}u`), own),
    '}',
    'workgroupBarrier();',
    ...put(own, at('0')),
    `for (var team = 1u; team < ${teams}u; team++) { ${combination(combine, expression.dtype, own, at('team'))} }`,
  ]
}

/** The value of the thread whose index in the subgroup differs in one bit. */
function exchanged(dtype: DType, value: Code, apart: number): Code {
  if (dtype === 'bool') return `(subgroupShuffleXor(select(0u, 1u, ${value}), ${apart}u) != 0u)`
  return `subgroupShuffleXor(${value}, ${apart}u)`
}

function sharedValues(shader: Shader, { combine, expression }: Reduction, count: number) {
  const { dtype } = expression
  const values = shader.shared(accumulatorType(combine, dtype), isPair(combine, dtype) ? 8 : 4, count)
  const positions = isPosition(combine) ? shader.shared('i32', 4, count) : ''
  return {
    at: (index: string): Accumulator => ({ value: `${values}[${index}]`, position: `${positions}[${index}]` }),
    put: (to: Accumulator, from: Accumulator): string[] => [
      `${to.value} = ${from.value};`,
      ...(isPosition(combine) ? [`${to.position} = ${from.position};`] : []),
    ],
  }
}
