// A contestant: TensorFlow.js. Arguments: the backend's name and its number of threads.
import * as tf from '@tensorflow/tfjs-core'
import { type Contestant, NotSupported, serve, type Task } from '../../../src/shared/serve.ts'
import type { WorkloadSpec } from '../../../src/shared/spec.ts'
import { startBackend } from './backend.ts'
import { articleTask, elementwiseTask, kernelTask, stepsTask, upload } from './tasks.ts'

const [backend = 'cpu', threads = '1'] = process.argv.slice(2)

function prepare(spec: WorkloadSpec): Task {
  switch (spec.kind) {
    case 'article':
      return articleTask(spec, backend)
    case 'mlp':
    case 'cnn':
    case 'lstm':
    case 'transformer':
      return stepsTask(spec, backend)
    case 'matmul': {
      const [a, b] = [upload(spec.a), upload(spec.b)]
      return kernelTask(() => tf.matMul(a, b))
    }
    case 'elementwise':
      return elementwiseTask(spec)
    case 'reduction': {
      const x = upload(spec.x)
      return kernelTask(() => tf.sum(x))
    }
    default:
      throw new NotSupported('not asked')
  }
}

await serve(async (): Promise<Contestant> => {
  await startBackend(backend, Number(threads))
  return { version: `TensorFlow.js ${tf.version_core}, ${backend} backend`, prepare }
})
