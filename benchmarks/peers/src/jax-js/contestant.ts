import { defaultDevice, init, type Array as JaxArray, jit, numpy as np } from '@jax-js/jax'
import { type Contestant, NotSupported, serve, type Task } from '../../../src/shared/serve.ts'
import type { WorkloadSpec } from '../../../src/shared/spec.ts'
import { reportStartUp } from '../../../src/shared/start-up.ts'
import { versionOf } from '../version.ts'
import { articleTask, elementwiseTask, kernelTask, stepsTask, upload } from './tasks.ts'

function prepare(spec: WorkloadSpec): Task {
  switch (spec.kind) {
    case 'article':
      return articleTask(spec)
    case 'mlp':
    case 'cnn':
    case 'lstm':
    case 'transformer':
      return stepsTask(spec)
    case 'matmul': {
      const [a, b] = [upload(spec.a), upload(spec.b)]
      const product = jit((x: JaxArray, y: JaxArray) => np.matmul(x, y))
      return kernelTask(() => product(a.ref, b.ref))
    }
    case 'elementwise':
      return elementwiseTask(spec)
    case 'reduction': {
      const x = upload(spec.x)
      const sum = jit((value: JaxArray) => value.sum())
      return kernelTask(() => sum(x.ref))
    }
    default:
      throw new NotSupported('not asked')
  }
}

/** Answers the harness. */
export async function contest(): Promise<void> {
  await serve(async (): Promise<Contestant> => {
    await init('wasm')
    defaultDevice('wasm')
    return { version: `jax-js ${versionOf('@jax-js/jax')}, wasm backend`, prepare }
  })
}

/** Trains one step of the article's job and ends. */
export async function start(): Promise<void> {
  await reportStartUp(async (spec) => {
    await init('wasm')
    defaultDevice('wasm')
    await articleTask({ ...spec, epochs: 1, samples: spec.batch }).run(1)
  })
}
