import { type GpuCounts, perUnit } from './gpu-counts.ts'
import type { WorkloadSpec } from './spec.ts'

/** What a contestant asks of WebGPU for one unit of a workload: a train step, or an op. */
export interface CountsRow {
  readonly contestant: string
  readonly workload: string
  readonly counts?: GpuCounts
  readonly reason?: string
}

interface Counted {
  readonly counts: GpuCounts
  readonly done: number
}

/** The workload with fewer epochs: each has as many calls. */
export function forCounting<S extends WorkloadSpec>(spec: S): S {
  return spec.kind === 'article' ? { ...spec, epochs: 2 } : spec
}

/** Counts one unit, once everything is compiled and allocated, as the mean of several passes over the data. */
export async function countSteps(spec: WorkloadSpec, run: (count: number) => Promise<Counted>): Promise<GpuCounts> {
  const passes = 'batches' in spec ? 4 * spec.batches : spec.kind === 'article' ? 1 : 16
  const steps = spec.kind === 'article' ? spec.epochs * Math.ceil(spec.samples / spec.batch) : 1
  await run(passes)
  const before = await run(passes)
  const after = await run(passes)
  return perUnit(after.counts, before.counts, after.done * steps)
}
