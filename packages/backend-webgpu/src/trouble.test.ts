import { add, BackendError, exp, onBackend, type Tensor, tensor } from '@gradus/tensor'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { GpuSource } from './runtime/gpu.ts'
import { dawnGpu } from './testing/dawn.ts'
import { makeWebGpu, webgpu } from './webgpu.ts'

afterEach(() => {
  vi.unstubAllGlobals()
})

const nullGpu = dawnGpu('backend=null')

/** WebGPU whose devices are changed before they are handed out. */
function gpuWith(change: (device: GPUDevice) => void): GpuSource {
  return {
    async requestAdapter(options) {
      const adapter = (await nullGpu.requestAdapter(options)) as GPUAdapter
      return {
        limits: adapter.limits,
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

describe('what goes wrong on the device', () => {
  it('is told by the next read: a shader that does not compile, by the name of its kernel', async () => {
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

  it('is told when the device is lost', async () => {
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

describe('memory', () => {
  it('grows, and says the sizes when it cannot', async () => {
    const backend = await makeWebGpu({ gpu: nullGpu, mostBytes: 16 * 2 ** 20 })
    const buffers = [backend.allocate(3 * 2 ** 20), backend.allocate(6 * 2 ** 20)]
    expect(() => backend.allocate(12 * 2 ** 20)).toThrow(
      /webgpu backend is out of memory: 12\.0 MiB were asked for, 9\.0 MiB are in use.*Nothing was lost/,
    )
    for (const buffer of buffers) backend.free(buffer)
    expect(() => backend.allocate(12 * 2 ** 20)).not.toThrow()
  })

  it('is the same after every call', async () => {
    let made = 0
    let ended = 0
    const gpu = gpuWith((device) => {
      const create = device.createBuffer.bind(device)
      device.createBuffer = (descriptor) => {
        made++
        const buffer = create(descriptor)
        const destroy = buffer.destroy.bind(buffer)
        buffer.destroy = () => {
          ended++
          return destroy()
        }
        return buffer
      }
    })
    const backend = await webgpu({ gpu })
    const call = async () => {
      const x = onBackend(backend, () => tensor([1, 2, 3]))
      const y: Tensor = onBackend(backend, () => add(x, x))
      await y.data()
      x.dispose()
      y.dispose()
    }
    for (let i = 0; i < 3; i++) await call()
    const before = made - ended
    for (let i = 0; i < 50; i++) await call()
    expect(made - ended).toBe(before)
  })
})
