/// <reference types="@webgpu/types" />
import { BackendError } from '@gradus/tensor'

/** The entry to WebGPU, such as `navigator.gpu`. */
export interface GpuSource {
  requestAdapter(options?: { readonly powerPreference?: 'low-power' | 'high-performance' }): Promise<object | null>
}

/** It has to be kept as long as its devices live. */
const kept: GpuSource[] = []

/** The platform's WebGPU: that of the browser or of Deno, or in Node that of the package `webgpu`. */
export async function findGpu(): Promise<GpuSource> {
  const own = (globalThis as { navigator?: { gpu?: GpuSource } }).navigator?.gpu
  if (own) return own
  try {
    // a name in a variable: bundlers leave alone what browsers do not have
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

/** A device with all that the adapter allows. */
export async function openDevice(gpu: GpuSource): Promise<{ device: GPUDevice; about: string }> {
  const adapter = (await gpu.requestAdapter({ powerPreference: 'high-performance' })) as GPUAdapter | null
  if (!adapter) {
    throw new BackendError(
      'The webgpu backend does not start: there is no graphics adapter that it could use. The wasm backend needs none: `useBackend(wasm())`.',
    )
  }
  const { limits } = adapter
  const device = await adapter.requestDevice({
    label: 'gradus',
    requiredLimits: {
      maxBufferSize: limits.maxBufferSize,
      maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
    },
  })
  const { vendor, architecture, description } = adapter.info
  const name = description || [vendor, architecture].filter(Boolean).join(' ')
  return { device, about: `WebGPU${name ? `, ${name}` : ''}` }
}
