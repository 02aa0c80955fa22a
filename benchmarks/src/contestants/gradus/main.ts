// A contestant: Gradus on one backend. Arguments: the backend's name and its number of threads.
import { cpu, useBackend, wasm } from 'gradus'
import { type Contestant, serve, type Task } from '../../shared/serve.ts'
import type { WorkloadSpec } from '../../shared/spec.ts'
import { articleTask, stepsTask } from './fit-task.ts'
import { elementwiseTask, matmulTask, reductionTask } from './kernels.ts'
import { modelFor } from './models.ts'
import { overheadTask } from './overhead.ts'

const [name = 'cpu', threads = '1'] = process.argv.slice(2)

await serve(async (): Promise<Contestant> => {
  const backend = name === 'cpu' ? cpu() : wasm({ threads: Number(threads) })
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
      default:
        return stepsTask(await modelFor(spec), spec)
    }
  }
  return { version: `Gradus, ${name} backend`, prepare }
})
