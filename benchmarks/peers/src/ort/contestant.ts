import { env, InferenceSession, Tensor } from 'onnxruntime-web/webgpu'
import { type Contestant, NotSupported, type Task } from '../../../src/shared/contestant.ts'
import { generateFloats } from '../../../src/shared/generate.ts'
import type { MatmulSpec, WorkloadSpec } from '../../../src/shared/spec.ts'
import { versionOf } from '../version.ts'
import { matmulModel } from './matmul-model.ts'

/** Products of matrices that stay on the GPU; one element is read at the end. */
async function matmulTask({ size, a, b }: MatmulSpec): Promise<Task> {
  const session = await InferenceSession.create(matmulModel(size), {
    executionProviders: ['webgpu'],
    preferredOutputLocation: 'gpu-buffer',
  })
  const device = await env.webgpu.device
  const upload = (values: Float32Array<ArrayBuffer>) => {
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC
    const buffer = device.createBuffer({ size: values.byteLength, usage })
    device.queue.writeBuffer(buffer, 0, values)
    return Tensor.fromGpuBuffer(buffer, { dataType: 'float32', dims: [size, size] })
  }
  const feeds = { a: upload(generateFloats(a)), b: upload(generateFloats(b)) }
  const bytes = 4 * size * size
  const target = device.createBuffer({ size: 4, usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ })

  async function lastElement(product: Tensor): Promise<number> {
    const encoder = device.createCommandEncoder()
    encoder.copyBufferToBuffer(product.gpuBuffer, bytes - 4, target, 0, 4)
    device.queue.submit([encoder.finish()])
    await target.mapAsync(GPUMapMode.READ)
    const [value] = new Float32Array(target.getMappedRange().slice(0))
    target.unmap()
    return value!
  }
  const multiply = async () => (await session.run(feeds)).c!

  async function read(): Promise<number> {
    const product = await multiply()
    const value = await lastElement(product)
    product.dispose()
    return value
  }
  return {
    async run(count) {
      for (let i = 1; i < count; i++) (await multiply()).dispose()
      await read()
      return {}
    },
    probe: read,
    close: () => void session.release(),
  }
}

function prepare(spec: WorkloadSpec): Promise<Task> {
  if (spec.kind === 'matmul') return matmulTask(spec)
  const what = 'weights' in spec ? 'runs models and does not train them' : 'is measured at matrix products only'
  throw new NotSupported(`onnxruntime-web ${what}`)
}

/** onnxruntime-web on WebGPU. */
export function contestant(): Contestant {
  env.wasm.numThreads = 1
  return { version: `onnxruntime-web ${versionOf('onnxruntime-web')}, webgpu`, prepare }
}
