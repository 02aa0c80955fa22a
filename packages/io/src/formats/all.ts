// Each export is a format of model files. If several match a file, the first by name reads it.
export { safetensorsModel } from './safetensors-model.ts'
