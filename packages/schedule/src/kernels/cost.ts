import { bytesPerElement, sizeOf } from '@gradus/tensor'
import type { GraphAnalysis } from '../analysis/graph-analysis.ts'
import { costOf } from '../index/cost.ts'
import type { Expression } from '../index/expression.ts'
import type { Axis } from '../index/integer.ts'
import type { FusedKernel, KernelCost, KernelSchedule, LoopKernel, OpaqueKernel, Store } from './kernel.ts'

/** The cost of one run of a kernel. */
export function costOfKernel(
  kernel: FusedKernel,
  { reads, writes }: { readonly reads: readonly number[]; readonly writes: readonly number[] },
  analysis: GraphAnalysis,
): KernelCost {
  let bytes = 0
  for (const value of new Set([...reads, ...writes])) {
    const { shape, dtype } = analysis.aval(value)
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
    case 'opaque':
      return kernel.body ? loopLength(kernel) * totalCost(kernel.body).operations : sizeOf(kernel.node.aval.shape)
  }
}

function loopOperations({ outer, inner, passes, rowStores }: LoopKernel): number {
  const rowCount = count(outer)
  const elements = rowCount * count(inner)
  const perElement = passes.reduce(
    (sum, { reductions, stores, saves }) => sum + reductions.length + costs(reductions) + costs(stores) + costs(saves),
    0,
  )
  return elements * perElement + rowCount * costs(rowStores)
}

function costs(list: readonly { readonly expression: Expression }[] | readonly Store[]): number {
  return list.reduce((sum, { expression }) => sum + costOf(expression), 0)
}

function count(axes: readonly Axis[]): number {
  return axes.reduce((product, { size }) => product * size, 1)
}

/** The cost of all kernels of a schedule. */
function totalCost({ kernels }: KernelSchedule): KernelCost {
  return kernels.reduce(
    (sum, { cost }) => ({ bytes: sum.bytes + cost.bytes, operations: sum.operations + cost.operations }),
    { bytes: 0, operations: 0 },
  )
}

function loopLength({ node }: OpaqueKernel): number {
  return (node.params as { readonly length?: number }).length ?? 1
}
