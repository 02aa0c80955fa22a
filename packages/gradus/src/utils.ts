// What Keras has in `keras.utils`, by its names.
export { Progbar } from '@gradus/callbacks'
export { clearSession, setRandomSeed } from '@gradus/core'
export {
  audioDatasetFromDirectory,
  normalize,
  packXYSampleWeight,
  padSequences,
  SequenceDataset,
  SequenceDataset as PyDataset,
  splitDataset,
  textDatasetFromDirectory,
  timeseriesDatasetFromArray,
  toCategorical,
  unpackXYSampleWeight,
} from '@gradus/data'
export { getFile } from '@gradus/datasets'
export { arrayToImg, imageDatasetFromDirectory, loadImg, saveImg, smartResize } from '@gradus/images'
export { boundingBoxes, FeatureSpace } from '@gradus/layers'
export { getSourceInputs, plotModel } from '@gradus/models'
export {
  type CustomObjects,
  customObjectScope,
  getCustomObjects,
  getRegisteredName,
  getRegisteredObject,
  type RegisterOptions,
  registerKerasSerializable,
} from './custom-objects.ts'
export { imgToArray } from './first-images.ts'
export { saveModel } from './save-model.ts'
