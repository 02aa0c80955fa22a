import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { webgpu } from '@gradus/backend-webgpu'
import { useBackend } from 'gradus'
import { beforeAll, describe, expect, it } from 'vitest'
import { create, globals } from 'webgpu'
import type { Counts } from '../../harness/counts.ts'
import { countSteps } from '../../shared/count-steps.ts'
import { countGpuCalls, type GpuCounts, type GpuInterfaces, readNothing } from '../../shared/gpu-counts.ts'
import { trainedSpecs } from '../../testing/trained-specs.ts'
import { articleTask, stepsTask } from './fit-task.ts'
import { modelFor } from './models.ts'

const path = join(import.meta.dirname, '../../../counts.json')
const { rows } = JSON.parse(readFileSync(path, 'utf8')) as Counts

const recorded = (contestant: string, workload: string): GpuCounts => {
  const counts = rows.find((row) => row.contestant === contestant && row.workload === workload)?.counts
  if (!counts) throw new Error(`${path} has no ${workload} of ${contestant}: npm run bench -- --counts`)
  return counts
}

const interfaces = globals as unknown as GpuInterfaces
const gpu = create(['backend=null']) // must stay alive as long as its devices

describe('a train step on webgpu needs fewer calls than those of peers', () => {
  let counted: () => GpuCounts
  beforeAll(() => {
    readNothing(interfaces)
    counted = countGpuCalls(interfaces)
  })

  it.each(trainedSpecs('shapes.json'))(
    '$kind',
    async (spec) => {
      await useBackend(await webgpu({ gpu }))
      const model = await modelFor(spec)
      const task = spec.kind === 'article' ? articleTask(model, spec) : stepsTask(model, spec)
      const counts = await countSteps(spec, async (count) => {
        const { done = count } = await task.run(count)
        return { done, counts: counted() }
      })

      // the number of steps per submission depends on their time, and so do counts per submission
      const own = recorded('gradus-webgpu', spec.kind)
      expect(counts.dispatches).toBeGreaterThan(1)
      expect(counts.dispatches).toBeLessThan(own.dispatches + 2)
      expect(counts.pipelines).toBeLessThanOrEqual(own.pipelines)
      expect(counts.submits).toBeLessThan(3)
      expect(counts.buffers).toBe(0)
      for (const peer of ['tfjs-webgpu', 'jax-js-webgpu']) {
        const theirs = recorded(peer, spec.kind)
        for (const name of ['dispatches', 'passes', 'submits', 'pipelines', 'buffers', 'bindGroups'] as const) {
          expect(counts[name], `${name} of ${peer}`).toBeLessThan(theirs[name])
        }
      }
    },
    120_000,
  )
})
