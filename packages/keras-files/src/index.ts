export { kerasHdf5, kerasWeights } from './hdf5-model.ts'
export { kerasFormats, useKerasFiles } from './keras-formats.ts'
export { kerasModel } from './keras-model.ts'
