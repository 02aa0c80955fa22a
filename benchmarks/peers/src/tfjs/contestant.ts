import * as tf from '@tensorflow/tfjs-core'
import { type Contestant, NotSupported, type Task } from '../../../src/shared/contestant.ts'
import type { WorkloadSpec } from '../../../src/shared/spec.ts'
import { articleTask, elementwiseTask, kernelTask, memoryTask, stepsTask, upload } from './tasks.ts'

function prepare(spec: WorkloadSpec, backend: string): Task {
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
    case 'memory':
      return memoryTask(spec)
    default:
      throw new NotSupported('not asked')
  }
}

/** TensorFlow.js on a backend that has started. */
export function contestantOn(backend: string): Contestant {
  return {
    version: `TensorFlow.js ${tf.version_core}, ${backend} backend`,
    prepare: (spec) => prepare(spec, backend),
  }
}
