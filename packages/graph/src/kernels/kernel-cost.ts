import { bytesPerElement, sizeOf } from '@gradus/tensor'
import { costOf } from './cost.ts'
import type { Expression } from './expression.ts'
import type { Axis } from './integer.ts'
import type { FusedKernel, LoopKernel, Store } from './kernel.ts'
import type { Program } from './program.ts'

/** What one run of a kernel moves and computes. */
export interface KernelCost {
  /** Each value read or written counted once, whole. */
  readonly bytes: number
  /** Additions, multiplications and the like; costly functions count as several. */
  readonly operations: number
}

export function costOfKernel(
  kernel: FusedKernel,
  { reads, writes }: { readonly reads: readonly number[]; readonly writes: readonly number[] },
  program: Program,
): KernelCost {
  let bytes = 0
  for (const value of new Set([...reads, ...writes])) {
    const { shape, dtype } = program.aval(value)
    bytes += sizeOf(shape) * bytesPerElement(dtype)
  }
  return { bytes, operations: operationsOf(kernel) }
}

function operationsOf(kernel: FusedKernel): number {
  switch (kernel.kind) {
    case 'loops':
      return loopOperations(kernel)
    case 'contraction': {
      const sums = count([...kernel.batch, ...kernel.m, ...kernel.n])
      return sums * (2 * count(kernel.k) + kernel.stores.reduce((cost, { expression }) => cost + costOf(expression), 0))
    }
    case 'whole':
      return sizeOf(kernel.node.aval.shape)
  }
}

function loopOperations({ outer, inner, passes, rows }: LoopKernel): number {
  const rowCount = count(outer)
  const elements = rowCount * count(inner)
  const perElement = passes.reduce(
    (sum, { reductions, stores, saves }) => sum + reductions.length + costs(reductions) + costs(stores) + costs(saves),
    0,
  )
  return elements * perElement + rowCount * costs(rows)
}

function costs(list: readonly { readonly expression: Expression }[] | readonly Store[]): number {
  return list.reduce((sum, { expression }) => sum + costOf(expression), 0)
}

function count(axes: readonly Axis[]): number {
  return axes.reduce((product, { size }) => product * size, 1)
}
