import { byteSize } from '@gradus/graph/internals'
import { sizeOf } from '@gradus/tensor'
import type { ScanParams } from '@gradus/tensor/internals'
import type { GraphAnalysis } from '../analysis/graph-analysis.ts'
import { costOf } from '../index/cost.ts'
import type { Expression } from '../index/expression.ts'
import { countOf } from '../index/integer.ts'
import type { FusedKernel, KernelCost, LoopKernel } from './kernel.ts'

/** The cost of one run of a kernel. */
export function costOfKernel(
  kernel: FusedKernel,
  { reads, writes }: { readonly reads: readonly number[]; readonly writes: readonly number[] },
  analysis: GraphAnalysis,
): KernelCost {
  let bytes = 0
  for (const value of new Set([...reads, ...writes])) bytes += byteSize(analysis.aval(value))
  return { bytes, operations: operationsOf(kernel) }
}

function operationsOf(kernel: FusedKernel): number {
  switch (kernel.kind) {
    case 'loops':
      return loopOperations(kernel)
    case 'contraction':
      return countOf([...kernel.batch, ...kernel.m, ...kernel.n]) * (2 * countOf(kernel.k) + costs(kernel.stores))
    case 'opaque': {
      const { node, body } = kernel
      if (!body) return sizeOf(node.aval.shape)
      return (node.params as ScanParams).length * body.kernels.reduce((sum, { cost }) => sum + cost.operations, 0)
    }
  }
}

function loopOperations({ outer, inner, passes, rowStores }: LoopKernel): number {
  const rows = countOf(outer)
  const perElement = passes.reduce(
    (sum, { reductions, stores, saves }) => sum + reductions.length + costs(reductions) + costs(stores) + costs(saves),
    0,
  )
  return rows * (countOf(inner) * perElement + costs(rowStores))
}

function costs(list: readonly { readonly expression: Expression }[]): number {
  return list.reduce((sum, { expression }) => sum + costOf(expression), 0)
}
