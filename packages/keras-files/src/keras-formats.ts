import { type FileFormat, type ModelFile, useModelFormats } from '@gradus/io'
import { kerasHdf5, kerasWeights } from './hdf5-model.ts'
import { kerasModel } from './keras-model.ts'

/**
 * The formats of Keras's files, for the option `formats`: `.keras`, `.weights.h5` and `.h5`.
 *
 * @example
 * import { kerasFormats } from '@gradus/keras-files'
 * kerasFormats.flatMap(({ extensions }) => extensions) // => ['.keras', '.weights.h5', '.h5', '.hdf5']
 */
export const kerasFormats: readonly FileFormat<ModelFile>[] = [kerasModel, kerasWeights, kerasHdf5]

/**
 * Makes `loadModel`, `save`, `loadWeights` and the others read and write Keras's files. In Node they find this package by themselves; a
 * page or a bundle calls this once.
 *
 * @example
 * import { useKerasFiles } from '@gradus/keras-files'
 * import { Dense } from '@gradus/layers'
 * import { Sequential } from '@gradus/models'
 * useKerasFiles()
 * const model = new Sequential([new Dense({ units: 2, inputShape: [3] })])
 * const bytes = []
 * const file = { name: 'model.keras', createWritable: async () => ({ write: async (data) => bytes.push(data), close: async () => {} }) }
 * await model.save(file)
 * bytes[0][0] // => 80
 */
export function useKerasFiles(): void {
  useModelFormats(kerasFormats)
}
