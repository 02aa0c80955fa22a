// The used types of onnxruntime-web, so that types can be checked without the installed peers.

declare module 'onnxruntime-web/webgpu' {
  export const env: {
    readonly wasm: { numThreads: number; wasmPaths?: { readonly wasm: string } }
    readonly webgpu: { readonly device: Promise<GPUDevice> }
  }
  export class Tensor {
    static fromGpuBuffer(buffer: GPUBuffer, options: { readonly dataType: 'float32'; readonly dims: number[] }): Tensor
    readonly gpuBuffer: GPUBuffer
    dispose(): void
  }
  export class InferenceSession {
    static create(
      model: Uint8Array,
      options: { readonly executionProviders: 'webgpu'[]; readonly preferredOutputLocation: 'gpu-buffer' },
    ): Promise<InferenceSession>
    run(feeds: Readonly<Record<string, Tensor>>): Promise<Record<string, Tensor>>
    release(): Promise<void>
  }
}

declare module '*.wasm' {
  const url: string
  // biome-ignore lint/style/noDefaultExport: that is how bundlers give the address of a file
  export default url
}
