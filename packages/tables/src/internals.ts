// What `gradus` loads for the first `model.predictRows`, without the readers of files.
export { predictRows } from './predict-rows.ts'
