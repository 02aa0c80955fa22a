// A contestant: Gradus on one backend. Arguments: the backend's name and its number of threads.
import { cpu, MeanSquaredError, SparseCategoricalCrossentropy, useBackend } from 'gradus'
import { type Contestant, serve, type Task } from '../../shared/serve.ts'
import type { WorkloadSpec } from '../../shared/spec.ts'
import { articleTask, prepared, stepsTask } from './fit-task.ts'
import { elementwiseTask, matmulTask, reductionTask } from './kernels.ts'
import { articleNetwork, cnnNetwork, lstmNetwork, mlpNetwork } from './networks.ts'
import { overheadTask } from './overhead.ts'
import { transformerNetwork } from './transformer.ts'
import { openWasm } from './wasm.ts'

const [name = 'cpu', threads = '1'] = process.argv.slice(2)

await serve(async (): Promise<Contestant> => {
  const backend = name === 'cpu' ? cpu() : await openWasm(Number(threads))
  const logits = { loss: new SparseCategoricalCrossentropy({ fromLogits: true }) }
  const prepare = async (spec: WorkloadSpec): Promise<Task> => {
    await useBackend(backend)
    switch (spec.kind) {
      case 'article': {
        const goal = { loss: new SparseCategoricalCrossentropy(), metrics: ['accuracy'] as const }
        return articleTask(await prepared(articleNetwork(spec), spec, goal), spec)
      }
      case 'mlp':
        return stepsTask(await prepared(mlpNetwork(spec), spec, logits), spec)
      case 'cnn':
        return stepsTask(await prepared(cnnNetwork(spec), spec, logits), spec)
      case 'lstm':
        return stepsTask(await prepared(lstmNetwork(spec), spec, { loss: new MeanSquaredError() }), spec)
      case 'transformer':
        return stepsTask(await prepared(transformerNetwork(spec), spec, logits), spec)
      case 'tiny':
        return overheadTask(backend, spec)
      case 'matmul':
        return matmulTask(spec)
      case 'elementwise':
        return elementwiseTask(spec)
      case 'reduction':
        return reductionTask(spec)
    }
  }
  return { version: `Gradus, ${name} backend`, prepare }
})
