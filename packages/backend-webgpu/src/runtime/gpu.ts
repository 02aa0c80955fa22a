/// <reference types="@webgpu/types" />
import { BackendError } from '@gradus/tensor'
import { type GpuTraits, hasOrderedSubgroups } from './traits.ts'

/** The entry point of WebGPU, such as `navigator.gpu`. */
export interface GpuSource {
  requestAdapter(options?: { readonly powerPreference?: 'low-power' | 'high-performance' }): Promise<object | null>
}

/** Must stay alive as long as its devices. */
const kept: GpuSource[] = []

/** The WebGPU of the platform: of the browser or of Deno, or in Node of the package `webgpu`. */
export async function findGpu(): Promise<GpuSource> {
  const own = (globalThis as { navigator?: { gpu?: GpuSource } }).navigator?.gpu
  if (own) return own
  try {
    // the name is in a variable so that bundlers do not resolve it
    const name = 'webgpu'
    const { create } = (await import(/* @vite-ignore */ /* webpackIgnore: true */ name)) as {
      create(options: string[]): GpuSource
    }
    const gpu = create([])
    kept.push(gpu)
    return gpu
  } catch (error) {
    throw new BackendError(
      `The webgpu backend does not start: this platform has no \`navigator.gpu\`. In Node install the package 'webgpu' (${(error as Error).message}). The wasm backend needs neither: \`useBackend(wasm())\`.`,
    )
  }
}

/** Features beyond those that the types know. */
type Feature = GPUFeatureName | 'chromium-experimental-subgroup-matrix'

/** The configurations of matrix units that adapters report. */
interface AboutMatrices {
  readonly subgroupMatrixConfigs?: readonly {
    readonly componentType: string
    readonly resultComponentType: string
    readonly M: number
    readonly N: number
    readonly K: number
  }[]
}

export interface OpenedDevice {
  readonly device: GPUDevice
  readonly about: string
  /** Whether the GPU is emulated on the CPU. */
  readonly isSoftware: boolean
  readonly traits: GpuTraits
}

/** A device with all limits of the adapter; with the features for matrix units only on request. */
export async function openDevice(gpu: GpuSource, wantsMatrices: boolean): Promise<OpenedDevice> {
  const adapter = (await gpu.requestAdapter({ powerPreference: 'high-performance' })) as GPUAdapter | null
  if (!adapter) {
    throw new BackendError(
      'The webgpu backend does not start: there is no graphics adapter that it could use. The wasm backend needs none: `useBackend(wasm())`.',
    )
  }
  const { limits, info } = adapter
  const features: Feature[] = ['subgroups']
  if (wantsMatrices) features.push('shader-f16', 'chromium-experimental-subgroup-matrix')
  const device = await adapter.requestDevice({
    label: 'gradus',
    requiredFeatures: features.filter((name): name is GPUFeatureName => adapter.features.has(name)),
    requiredLimits: {
      maxBufferSize: limits.maxBufferSize,
      maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
    },
  })
  const { vendor, architecture, description } = info
  const name = description || [vendor, architecture].filter(Boolean).join(' ')
  const isSoftware = info.isFallbackAdapter || /swiftshader|llvmpipe|lavapipe/i.test(`${name} ${architecture}`)
  return { device, about: `WebGPU${name ? `, ${name}` : ''}`, isSoftware, traits: await traitsOf(device, info) }
}

async function traitsOf(device: GPUDevice, info: GPUAdapterInfo & AboutMatrices): Promise<GpuTraits> {
  const { subgroupMinSize: size, subgroupMaxSize, subgroupMatrixConfigs = [] } = info
  if (!device.features.has('subgroups') || !size || size !== subgroupMaxSize || 256 % size !== 0) return {}
  if (!(await hasOrderedSubgroups(device, size))) return {}
  const found = subgroupMatrixConfigs.find(
    ({ componentType, resultComponentType }) => componentType === 'f16' && resultComponentType === 'f32',
  )
  const hasMatrices = device.features.has('chromium-experimental-subgroup-matrix' as GPUFeatureName)
  if (!found || !hasMatrices) return { subgroupSize: size }
  const matrixUnit = { rows: found.M, columns: found.N, depth: found.K, subgroupSize: size }
  return { subgroupSize: size, matrixUnit }
}
