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

/** The format with the longest extension that a file name ends with; undefined if none has it. */
export function formatNamed(
  formats: readonly FileFormat<ModelFile>[],
  path: string,
): FileFormat<ModelFile> | undefined {
  const fitting = formats.flatMap((format) =>
    format.extensions.filter((extension) => path.endsWith(extension)).map((extension) => ({ format, extension })),
  )
  return fitting.sort((a, b) => b.extension.length - a.extension.length)[0]?.format
}
