// A contestant in a page: onnxruntime-web on WebGPU.
import wasm from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm'
import { env } from 'onnxruntime-web/webgpu'
import { servePage } from '../../../src/shared/serve-page.ts'
import { contestant } from './contestant.ts'

env.wasm.wasmPaths = { wasm }
servePage(contestant)
