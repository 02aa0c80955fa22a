import * as all from './all.ts'
import type { FileFormat } from './file-format.ts'
import type { ModelFile } from './model-file.ts'

/** The formats in which models are read and written. */
export const modelFormats: readonly FileFormat<ModelFile>[] = /* @__PURE__ */ Object.values(all)
