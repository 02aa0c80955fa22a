import type { FileFormat } from './file-format.ts'
import type { ModelFile } from './model-file.ts'
import { safetensorsModel } from './safetensors-model.ts'

/** The formats in which models are read. */
export const modelFormats: readonly FileFormat<ModelFile>[] = [safetensorsModel]
