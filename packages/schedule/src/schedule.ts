import { bodyOf, type Graph } from '@gradus/tensor/internals'
import { GraphAnalysis } from './analysis/graph-analysis.ts'
import { type Group, rowCount } from './grouping/group.ts'
import { Groups } from './grouping/groups.ts'
import { accessesOf } from './kernels/access.ts'
import { costOfKernel } from './kernels/cost.ts'
import type { FusedKernel, KernelSchedule, ScheduledKernel } from './kernels/kernel.ts'
import { lowerGroup } from './lowering/lower-group.ts'
import { rewriteGraph } from './lowering/rewrite-graph.ts'
import { planKernels } from './planning/plan-kernels.ts'

/**
 * Turns a graph into kernels: joins nodes so that few values go through memory, splits and joins loops until no index needs a
 * division, and plans memory by lifetimes. Every backend that generates code starts from this.
 *
 * Throws `UnknownOp` for a primitive that has no rule.
 *
 * @example
 * import { cpu } from '@gradus/backend-cpu'
 * import { printSchedule, schedule } from '@gradus/schedule'
 * import { add, matmul, ones, relu, useBackend } from '@gradus/tensor'
 * import { trace } from '@gradus/tensor/internals'
 * await useBackend(cpu())
 * const { graph } = trace((x, w, b) => relu(add(matmul(x, w), b)), [ones([8, 3]), ones([3, 4]), ones([4])])
 * const scheduled = schedule(graph)
 * scheduled.kernels.length // => 1
 * printSchedule(scheduled).includes('product = sum over') // => true
 */
export function schedule(graph: Graph): KernelSchedule {
  const analysis = new GraphAnalysis(rewriteGraph(graph))
  const groups = new Groups(analysis)
  const ordered = groups.build()
  const stored = new Set(analysis.graph.nodes.map((_, node) => node).filter((node) => groups.isStored(node)))
  const kernels = ordered
    .filter((group) => resultCount(group) > 0 && group.nodes.some((node) => stored.has(node)))
    .flatMap((group) => lowerGroup(analysis, group, stored))
    .map(withBody)
    .map((kernel): ScheduledKernel => {
      const access = accessesOf(kernel, analysis)
      return { kernel, ...access, cost: costOfKernel(kernel, access, analysis) }
    })
    .filter(({ writes }) => writes.length > 0)
  return { analysis, kernels, plan: planKernels(analysis, kernels) }
}

/** Schedules the graph that an opaque op runs, if it has one. */
function withBody(kernel: FusedKernel): FusedKernel {
  if (kernel.kind !== 'opaque') return kernel
  const body = bodyOf(kernel.node.params)
  return body ? { ...kernel, body: schedule(body) } : kernel
}

/** The number of elements of a group's smallest results. */
function resultCount({ kind, size, runs }: Group): number {
  return kind === 'rows' ? rowCount(runs) : size
}
