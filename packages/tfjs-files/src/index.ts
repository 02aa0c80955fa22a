export { tfjsModel } from './tfjs-model.ts'
export { tfjsFormats, useTfjsFiles } from './use-formats.ts'
