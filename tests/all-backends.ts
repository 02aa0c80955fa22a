// The backends that tests, recorded values and benchmarks run on. Each export starts the backend of its name.
export { cpu } from '@gradus/backend-cpu'
export { wasm } from '@gradus/backend-wasm'
export { webgpu } from '@gradus/backend-webgpu'
