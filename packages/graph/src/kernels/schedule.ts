import type { Graph } from '@gradus/tensor'
import { explicitPadding } from './explicit-padding.ts'
import { type Group, Groups, rowCount } from './groups.ts'
import type { FusedKernel } from './kernel.ts'
import { accessesOf, type KernelAccess } from './kernel-access.ts'
import { costOfKernel, type KernelCost } from './kernel-cost.ts'
import { lowerGroup } from './lower.ts'
import { type KernelPlan, planKernels } from './plan-kernels.ts'
import { Program } from './program.ts'
import { wholeRules } from './whole-rules.ts'

/** A kernel with the values that it reads and writes. */
export interface ScheduledKernel extends KernelAccess {
  readonly kernel: FusedKernel
  readonly cost: KernelCost
}

/** A graph as kernels in the order of their execution, with a place for every value that goes through memory. */
export interface Schedule {
  readonly program: Program
  readonly kernels: readonly ScheduledKernel[]
  readonly plan: KernelPlan
}

/**
 * The kernels of a graph: nodes are joined so that as few values as possible go through memory, loops are split and joined
 * until no index needs a division, and memory is planned by lifetimes. What every backend that generates code starts from.
 *
 * Throws `UnknownOp` for a primitive that has no rule.
 */
export function schedule(graph: Graph): Schedule {
  const program = new Program(explicitPadding(graph), wholeRules)
  const groups = new Groups(program)
  const ordered = groups.build()
  const stored = new Set(program.graph.nodes.map((_, node) => node).filter((node) => groups.isStored(node)))
  const kernels = ordered
    .filter((group) => countOf(group) > 0)
    .flatMap((group) => lowerGroup(program, group, stored))
    .map((kernel): ScheduledKernel => {
      const access = accessesOf(kernel, program)
      return { kernel, ...access, cost: costOfKernel(kernel, access, program) }
    })
    .filter(({ writes }) => writes.length > 0)
  return { program, kernels, plan: planKernels(program, kernels) }
}

/** How many elements a group computes, of those results that have fewest. */
function countOf({ kind, size, runs }: Group): number {
  return kind === 'rows' ? rowCount(runs) : size
}
