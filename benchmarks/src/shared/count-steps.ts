import { type GpuCounts, less, scaled } from './gpu-counts.ts'
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

/**
 * Counts one unit, once everything is compiled and allocated. Of steps a short run is taken off a long one, because some
 * have the data on the device already and others bring it there at the start of a run; the article's job counts whole.
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
