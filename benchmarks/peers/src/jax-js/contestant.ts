import { defaultDevice, init, type Array as JaxArray, jit, numpy as np } from '@jax-js/jax'
import { type Contestant, NotSupported, type Task } from '../../../src/shared/contestant.ts'
import type { WorkloadSpec } from '../../../src/shared/spec.ts'
import { versionOf } from '../version.ts'
import { articleTask, elementwiseTask, kernelTask, memoryTask, stepsTask, upload } from './tasks.ts'

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
    case 'memory':
      return memoryTask(spec)
    default:
      throw new NotSupported('not asked')
  }
}

/** jax-js on `wasm` or `webgpu`. */
export async function open(device: string): Promise<Contestant> {
  const devices = await init(device)
  if (!devices.includes(device)) throw new Error(`its ${device} backend does not start`)
  defaultDevice(device)
  return { version: `jax-js ${versionOf('@jax-js/jax')}, ${device} backend`, prepare }
}
