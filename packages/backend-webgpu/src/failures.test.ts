import { compile } from '@gradus/graph'
import { Dense } from '@gradus/layers'
import { MeanSquaredError } from '@gradus/losses'
import { Sequential } from '@gradus/models'
import { Adam } from '@gradus/optimizers'
import { add, type Backend, BackendError, exp, onBackend, type Tensor, tensor, useBackend } from '@gradus/tensor'
import { apply, type Op } from '@gradus/tensor/internals'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { GpuSource } from './runtime/gpu.ts'
import { adapterObstacle, dawnGpu } from './testing/dawn.ts'
import { makeWebGpu, webgpu } from './webgpu.ts'

afterEach(() => {
  vi.unstubAllGlobals()
})

const nullGpu = dawnGpu('backend=null')
const obstacle = await adapterObstacle()

/** A device that computes, for tests that read values. They are skipped where there is none. */
const realGpu = dawnGpu()

/** WebGPU whose devices are modified before they are returned. */
function gpuWith(change: (device: GPUDevice) => void, gpu = nullGpu): GpuSource {
  return {
    async requestAdapter(options) {
      const adapter = (await gpu.requestAdapter(options)) as GPUAdapter
      return {
        limits: adapter.limits,
        features: adapter.features,
        info: adapter.info,
        async requestDevice(descriptor: GPUDeviceDescriptor) {
          const device = await adapter.requestDevice(descriptor)
          change(device)
          return device
        },
      }
    },
  }
}

describe('starting', () => {
  it('says what to do where there is no adapter', async () => {
    const none: GpuSource = { requestAdapter: () => Promise.resolve(null) }
    await expect(webgpu({ gpu: none })).rejects.toThrow(BackendError)
    await expect(webgpu({ gpu: none })).rejects.toThrow(/no graphics adapter.*useBackend\(wasm\(\)\)/)
  })

  it('takes the WebGPU of the platform', async () => {
    vi.stubGlobal('navigator', { gpu: nullGpu })
    const backend = await webgpu()
    expect(backend).toMatchObject({ name: 'webgpu', about: expect.stringMatching(/^WebGPU/) })
  })
})

it.each([{ elementwise: true } as const, {}])('names an op that it lacks, and says what to do: %j', async (facts) => {
  const op: Op = { name: 'acme/wobble', shape: ([x]) => x!, ...facts }
  const backend = await webgpu({ gpu: nullGpu })
  for (const run of [(x: Tensor) => apply(op, [x], null), compile((x: Tensor) => apply(op, [x], null))]) {
    const call = () => onBackend(backend, () => run(tensor([1])))
    expect(call).toThrow(BackendError)
    expect(call).toThrow(
      /The webgpu backend has no kernel for the op 'acme\/wobble'.*`inline`.*`fallback\(backend, cpu\(\)\)`/,
    )
  }
})

describe('a failure on the device', () => {
  it('is reported by the next read: a shader that does not compile, with the name of its kernel', async () => {
    const gpu = gpuWith((device) => {
      const create = device.createShaderModule.bind(device)
      device.createShaderModule = ({ code, ...rest }) => create({ ...rest, code: code.replace('exp_(', 'missing(') })
    })
    const backend = await webgpu({ gpu })
    const x = onBackend(backend, () => tensor([1, 2]))
    const y = onBackend(backend, () => exp(x))
    await expect(y.data()).rejects.toThrow(BackendError)
    await expect(y.data()).rejects.toThrow(/webgpu backend failed: .*loops for exp/s)
  })

  it('is reported when the device is lost', async () => {
    let device: GPUDevice | undefined
    const backend = await webgpu({
      gpu: gpuWith((made) => {
        device = made
      }),
    })
    const x = onBackend(backend, () => tensor([1, 2]))
    await x.data()
    device!.destroy()
    await device!.lost
    await expect(x.data()).rejects.toThrow(/webgpu backend failed: The device was lost \(destroyed\)/)
  })
})

/** WebGPU on which shaders that contain a text become invalid on command. */
function breakable(text: string) {
  const control = { broken: false }
  const gpu = gpuWith((device) => {
    const create = device.createShaderModule.bind(device)
    device.createShaderModule = ({ code, ...rest }) =>
      create({ ...rest, code: control.broken ? code.replace(text, 'missing(') : code })
  }, realGpu)
  return { gpu, control }
}

describe.skipIf(obstacle !== undefined)('after an invalid shader', () => {
  it('values that it should have overwritten are unchanged, and others can be read', async () => {
    const { gpu, control } = breakable('exp_(')
    const backend = await webgpu({ gpu })
    const [x, other] = onBackend(backend, () => [tensor([1, 2]), tensor([3, 4])])
    const step = compile((value: Tensor) => exp(value), { donate: [0] })
    control.broken = true
    const y = onBackend(backend, () => step(x))
    const z = onBackend(backend, () => add(y, other))
    // reads issued before the failure is known reject
    await expect(y.data()).rejects.toThrow(/the shader for loops for exp/)
    await expect(z.data()).rejects.toThrow(/the shader for loops for exp/)
    expect(Array.from(await y.data())).toEqual([1, 2])
    expect(Array.from(await other.data())).toEqual([3, 4])
    await expect(z.data()).rejects.toThrow(BackendError)
    expect(() => onBackend(backend, () => step(y))).toThrow(/the shader for loops for exp/)
    expect(Array.from(await y.data())).toEqual([1, 2])
  })

  it.each([{ useEma: false }, { useEma: true }])('fit rejects and the weights are unchanged: %j', async (config) => {
    const { gpu, control } = breakable('sqrt(')
    const backend = await webgpu({ gpu })
    await useBackend(backend)
    const model = new Sequential([new Dense({ units: 3, inputShape: [2] }), new Dense({ units: 1 })], { seed: 1 })
    model.compile({ optimizer: new Adam(config), loss: new MeanSquaredError() })
    model.build()
    const weights = async () => (await model.getWeights()).map(({ data }) => Array.from(data))
    const before = await weights()
    control.broken = true
    const fit = model.fit([[1, 2], [3, 4]], [[1], [2]], { epochs: 2, verbose: 0 }) // biome-ignore format: data
    await expect(fit).rejects.toThrow(/webgpu backend failed: the shader for .*(?:sqrt|sub|where)/s)
    expect(await weights()).toEqual(before)
  })
})

it('fit rejects when the device is lost during training', async () => {
  let device: GPUDevice | undefined
  const gpu = gpuWith((made) => {
    device = made
  })
  const backend = await webgpu({ gpu })
  await useBackend(uncomputed(backend))
  const model = new Sequential([new Dense({ units: 1, inputShape: [2] })], { seed: 1 })
  model.compile({ optimizer: new Adam(), loss: new MeanSquaredError() })
  const onEpochEnd = ({ epoch }: { epoch: number }) => {
    if (epoch === 2) device!.destroy()
  }
  const fit = model.fit([[1, 2], [3, 4]], [[1], [2]], { epochs: 5, verbose: 0, callbacks: [{ onEpochEnd }] }) // biome-ignore format: data
  await expect(fit).rejects.toThrow(/The device was lost \(destroyed\), and all values with it.*ModelCheckpoint/s)
})

/** Reads bytes of ones: the null backend computes nothing, and -1 is the number of the failed step where none failed. */
function uncomputed(backend: Backend): Backend {
  return { ...backend, read: async (buffer) => (await backend.read(buffer)).fill(0xff) }
}

it.skipIf(obstacle !== undefined)(
  'memory goes back to its old size where the device cannot allocate more',
  async () => {
    const control = { full: false }
    const gpu = gpuWith((device) => {
      const create = device.createBuffer.bind(device)
      const pop = device.popErrorScope.bind(device)
      const refused: string[] = []
      device.createBuffer = (descriptor) => {
        const buffer = create(descriptor)
        if (control.full && descriptor.label === 'heap') {
          // like a buffer that could not be allocated, it is unusable
          buffer.destroy()
          refused.push('out of memory')
        }
        return buffer
      }
      device.popErrorScope = async () => {
        const found = await pop()
        const message = refused.pop()
        return message === undefined ? found : ({ message } as GPUError)
      }
    }, realGpu)
    const backend = await webgpu({ gpu })
    const x = onBackend(backend, () => tensor([1, 2]))
    control.full = true
    const large = onBackend(backend, () => tensor(new Float32Array(4e6)))
    const sum = onBackend(backend, () => add(x, 1))
    await expect(large.data()).rejects.toThrow(/it could not allocate \d+\.\d MiB. Earlier values are unchanged/)
    await expect(sum.data()).rejects.toThrow(BackendError)
    expect(Array.from(await x.data())).toEqual([1, 2])
    large.dispose()
    sum.dispose()
    expect(() => onBackend(backend, () => tensor(new Float32Array(4e6)))).toThrow(
      /out of memory: 15\.3 MiB were asked for/,
    )
    const small = onBackend(backend, () => tensor([5, 6]))
    expect(Array.from(await small.data())).toEqual([5, 6])
  },
)

describe('memory', () => {
  it('grows, and reports the sizes when it cannot', async () => {
    const backend = await makeWebGpu({ gpu: nullGpu, maxBytes: 16 * 2 ** 20 })
    const buffers = [backend.allocate(3 * 2 ** 20), backend.allocate(6 * 2 ** 20)]
    expect(() => backend.allocate(12 * 2 ** 20)).toThrow(
      /webgpu backend is out of memory: 12\.0 MiB were asked for, 9\.0 MiB are in use.*Nothing was lost/,
    )
    for (const buffer of buffers) backend.free(buffer)
    expect(() => backend.allocate(12 * 2 ** 20)).not.toThrow()
  })

  /** WebGPU that counts live buffers. */
  function counting() {
    const buffers = { count: 0 }
    const gpu = gpuWith((device) => {
      const create = device.createBuffer.bind(device)
      device.createBuffer = (descriptor) => {
        buffers.count++
        const buffer = create(descriptor)
        const destroy = buffer.destroy.bind(buffer)
        buffer.destroy = () => {
          buffers.count--
          return destroy()
        }
        return buffer
      }
    })
    return { gpu, buffers }
  }

  it('does not grow with the number of calls', async () => {
    const { gpu, buffers } = counting()
    const backend = await webgpu({ gpu })
    const call = async () => {
      const x = onBackend(backend, () => tensor([1, 2, 3]))
      const y: Tensor = onBackend(backend, () => add(x, x))
      await y.data()
      x.dispose()
      y.dispose()
    }
    for (let i = 0; i < 3; i++) await call()
    const before = buffers.count
    for (let i = 0; i < 50; i++) await call()
    expect(buffers.count).toBe(before)
  })

  it('does not grow between a hundred and a thousand train steps', async () => {
    const { gpu, buffers } = counting()
    await useBackend(uncomputed(await webgpu({ gpu })))
    const model = new Sequential([new Dense({ units: 3, inputShape: [2] }), new Dense({ units: 1 })])
    model.compile({ optimizer: new Adam(), loss: new MeanSquaredError() })
    const counts: number[] = []
    const callbacks = [{ onTrainBatchEnd: () => void counts.push(buffers.count) }]
    await model.fit([[1, 2], [3, 4]], [[1], [2]], { epochs: 500, batchSize: 1, verbose: 0, callbacks }) // biome-ignore format: data
    expect(counts).toHaveLength(1000)
    expect(Math.max(...counts.slice(100))).toBe(counts[100])
  })
})
