import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import '@tensorflow/tfjs-backend-cpu'
import * as wasm from '@tensorflow/tfjs-backend-wasm'

/** Starts a backend; wasm with SIMD. Throws if it has not the requested number of threads. */
export async function startBackend(name: string, threads: number): Promise<void> {
  if (name === 'webgpu') return (await import('./webgpu.ts')).startWebGpu()
  if (name === 'wasm') {
    const { resolve } = createRequire(import.meta.url)
    wasm.setWasmPaths(`${dirname(resolve('@tensorflow/tfjs-backend-wasm/package.json'))}/dist/`)
    if (threads > 1) {
      tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', true) // otherwise off in Node
      wasm.setThreadsCount(threads)
    }
  }
  const started = await tf.setBackend(name)
  if (!started)
    throw new Error(`its ${name} backend does not start in Node with ${threads} thread${threads > 1 ? 's' : ''}`)
  await tf.ready()
  if (name === 'wasm' && threads > 1 && wasm.getThreadsCount() < threads) {
    throw new Error(`its wasm backend has ${wasm.getThreadsCount()} thread in Node, whatever is asked for`)
  }
}
