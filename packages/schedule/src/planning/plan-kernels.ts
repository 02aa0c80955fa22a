import { type LifetimePlan, type MemoryUse, planLifetimes } from '@gradus/graph/internals'
import type { GraphAnalysis } from '../analysis/graph-analysis.ts'
import type { ScheduledKernel } from '../kernels/kernel.ts'
import { workspaceBytesOf } from './loop-workspace.ts'

/** Assigns a place to every value that kernels store. */
export function planKernels({ graph, roots }: GraphAnalysis, kernels: readonly ScheduledKernel[]): LifetimePlan {
  const uses = kernels.map(
    ({ kernel, reads, writes, overwritable }): MemoryUse => ({
      reads,
      writes,
      overwritable: (value) => overwritable.get(value) ?? [],
      workspaceBytes: workspaceBytesOf(kernel),
    }),
  )
  return planLifetimes(graph, roots, uses)
}
