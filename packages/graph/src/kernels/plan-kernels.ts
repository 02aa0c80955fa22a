import { type PlanStep, planSteps, type StepPlan } from '../plan-steps.ts'
import type { ScheduledKernel } from './kernel.ts'
import type { Program } from './program.ts'
import { roomFor } from './rooms.ts'

/** Gives every value that kernels store a place. */
export function planKernels({ graph, roots }: Program, kernels: readonly ScheduledKernel[]): StepPlan {
  const steps = kernels.map(
    ({ kernel, reads, writes, overwritable }): PlanStep => ({
      reads,
      writes,
      overwritable: (value) => overwritable.get(value) ?? [],
      room: roomFor(kernel),
    }),
  )
  return planSteps(graph, roots, steps)
}
