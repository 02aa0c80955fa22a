import * as tf from '@tensorflow/tfjs-core'
import '@tensorflow/tfjs-backend-cpu' // the webgpu backend runs small ops on it
import '@tensorflow/tfjs-backend-webgpu'

/** Starts the backend on `navigator.gpu`. */
export async function startWebGpu(): Promise<void> {
  if (!(await tf.setBackend('webgpu'))) throw new Error('its webgpu backend does not start')
  await tf.ready()
}
