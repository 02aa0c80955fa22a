import { useBackend } from 'gradus'
import { backends } from '../../../../tests/backends.ts'
import type { Contestant, Task } from '../../shared/contestant.ts'
import type { WorkloadSpec } from '../../shared/spec.ts'
import { articleTask, stepsTask } from './fit-task.ts'
import { elementwiseTask, matmulTask, memoryTask, reductionTask } from './kernels.ts'
import { modelFor } from './models.ts'
import { overheadTask } from './overhead.ts'

/** Gradus on a backend, with a number of threads if the backend has threads. */
export async function open(name: string, threads: number): Promise<Contestant> {
  const backend = await backends[name]!({ threads })
  const prepare = async (spec: WorkloadSpec): Promise<Task> => {
    await useBackend(backend)
    switch (spec.kind) {
      case 'article':
        return articleTask(await modelFor(spec), spec)
      case 'tiny':
        return overheadTask(backend, spec)
      case 'matmul':
        return matmulTask(spec)
      case 'elementwise':
        return elementwiseTask(spec)
      case 'reduction':
        return reductionTask(spec)
      case 'memory':
        return memoryTask(spec)
      default:
        return stepsTask(await modelFor(spec), spec)
    }
  }
  return { version: `Gradus, ${name} backend`, prepare }
}
