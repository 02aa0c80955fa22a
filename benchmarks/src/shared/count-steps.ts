import { type GpuCounts, less, scaled } from './gpu-counts.ts'
import type { WorkloadSpec } from './spec.ts'

/** The calls of WebGPU that a contestant makes for one unit of a workload: a train step, or an op. */
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

/**
 * Counts the calls of one unit, after everything was compiled and allocated. For train steps it subtracts a short run from a
 * long one, because some contestants upload the data at the start of a run. The article's `fit` counts as a whole.
 */
export async function countSteps(spec: WorkloadSpec, run: (count: number) => Promise<Counted>): Promise<GpuCounts> {
  if (spec.kind === 'article') {
    const before = await run(1)
    const after = await run(1)
    return scaled(less(after.counts, before.counts), 1 / (spec.epochs * Math.ceil(spec.samples / spec.batch)))
  }
  const pass = 'batches' in spec ? spec.batches : 16
  const start = await run(pass)
  const short = await run(pass)
  const long = await run(3 * pass)
  const more = less(less(long.counts, short.counts), less(short.counts, start.counts))
  return { ...scaled(more, 1 / (long.done - short.done)), pipelines: long.counts.pipelines }
}
