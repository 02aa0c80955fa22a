import { FormatError } from '@gradus/core'
import { type CompileSpec, compileToKeras, type ModelFile, type ModelOutline, toKeras } from '@gradus/io'

/** The version of Keras whose form of files is written. */
export const kerasVersion = '3.16.0'

/** The outline of a model that is written. Throws `FormatError` for a file that does not come from a model. */
export function outlineIn({ outline, header }: ModelFile): ModelOutline {
  if (header.quantization)
    throw new FormatError(
      'Quantized weights cannot be written in a file of Keras. Save the model before quantize, or save it as .safetensors.',
    )
  const optimizerSpec = (header.compile as CompileSpec | undefined)?.optimizer
  if (outline) return { ...outline, ...(optimizerSpec !== undefined && { optimizerSpec }) }
  throw new FormatError('A file of Keras is written from a model, with model.save(...) or model.saveWeights(...).')
}

/** The config of the model in a file. Throws `FormatError` for weights alone, and for a subclassed model. */
export function modelConfig({ header }: ModelFile, { layers }: ModelOutline): Record<string, unknown> {
  const { spec } = header
  if (spec === undefined)
    throw new FormatError(
      'A .keras file holds a whole model: write it with model.save(...). Weights alone are written to a .weights.h5 file.',
    )
  if ('model' in spec) return toKeras(spec, layers)
  throw new FormatError(
    `The model ${spec.layer} is a subclass, whose code is not part of a file of Keras. Save its weights, with model.saveWeights('name.weights.h5').`,
  )
}

/** Options of which Keras requires that they are floats. */
const floats = ['learning_rate', 'initial_learning_rate', 'momentum', 'beta', 'threshold']

/** A config as JSON in which the options that must be floats in Python are written with a point. */
export function configText(config: object): string {
  const marked = (key: string, value: unknown) =>
    floats.includes(key) && Number.isInteger(value) ? `float(${value as number})` : value
  return JSON.stringify(config, marked).replace(/"float\((-?\d+)\)"/g, '$1.0')
}

/** The options of `compile` in a file; undefined for a model that was not compiled. */
export function compileConfig({ header: { compile } }: ModelFile): Record<string, unknown> | undefined {
  return compile && compileToKeras(compile as CompileSpec)
}
