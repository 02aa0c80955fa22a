import { type FileFormat, type ModelFile, useModelFormats } from '@gradus/io'
import { tfjsModel } from './tfjs-model.ts'

/**
 * The formats of TensorFlow.js, for the option `formats`.
 *
 * @example
 * import { tfjsFormats } from '@gradus/tfjs-files'
 * tfjsFormats.flatMap(({ extensions }) => extensions) // => ['.json']
 */
export const tfjsFormats: readonly FileFormat<ModelFile>[] = [tfjsModel]

/**
 * Lets `loadModel`, `save` and the others read and write models of TensorFlow.js in this program. In Node they find this package
 * themselves; a page or a bundle calls this function once.
 *
 * @example
 * import { loadModel } from 'gradus'
 * import { useTfjsFiles } from '@gradus/tfjs-files'
 * useTfjsFiles()
 * const layer = { class_name: 'Dense', config: { name: 'd', units: 1, batch_input_shape: [null, 2] } }
 * const weightSpecs = [
 *   { name: 'd/kernel', shape: [2, 1], dtype: 'float32' },
 *   { name: 'd/bias', shape: [1], dtype: 'float32' },
 * ]
 * const modelTopology = { class_name: 'Sequential', config: [layer] }
 * const model = await loadModel({ modelTopology, weightSpecs, weightData: Float32Array.of(1, 2, 3) })
 * model.countParams() // => 3
 */
export function useTfjsFiles(): void {
  useModelFormats(tfjsFormats)
}
