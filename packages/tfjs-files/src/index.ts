export { tfjsModel } from './tfjs-model.ts'
