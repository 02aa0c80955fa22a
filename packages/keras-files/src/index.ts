export { kerasHdf5, kerasWeights } from './hdf5-model.ts'
export { kerasModel } from './keras-model.ts'
