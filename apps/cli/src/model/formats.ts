import type { FileFormat, ModelFile } from 'gradus/io'
import { modelFormats, useModelFormats } from 'gradus/io'

/** The formats of model files that the command line reads and writes: those of Gradus, of Keras and of TensorFlow.js. */
export async function allModelFormats(): Promise<readonly FileFormat<ModelFile>[]> {
  // loaded when a file is opened, so that other commands start without them
  const [{ kerasFormats }, { tfjsFormats }] = await Promise.all([
    import('@gradus/keras-files'),
    import('@gradus/tfjs-files'),
  ])
  const further = [...kerasFormats, ...tfjsFormats]
  useModelFormats(further)
  return [...modelFormats, ...further]
}
