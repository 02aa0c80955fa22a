import { FormatError, isModelSpec, type LayerSpec, type ModelSpec, requireBoundedJson } from '@gradus/core'
import { compileFromKeras, fromKeras, type ModelHeader } from '@gradus/io'

/** Parses a config of Keras, which is JSON. `title` is its name in messages. */
export function parseConfig(text: string, title: string): Readonly<Record<string, unknown>> {
  requireBoundedJson(text, title, FormatError)
  let config: unknown
  try {
    config = JSON.parse(text)
  } catch (cause) {
    throw new FormatError(`${title} is not JSON: ${(cause as Error).message}. The file is damaged: save it again.`, {
      cause,
    })
  }
  if (typeof config === 'object' && config !== null && !Array.isArray(config)) return config as Record<string, unknown>
  throw new FormatError(`${title} is no object of a config. The file is damaged: save it again.`)
}

/**
 * The header of a model file from a config of Keras with the options of `compile`, which are translated when they are read: a model
 * with a loss of another program can be loaded with `compile: false`.
 */
export function headerOf(config: Readonly<Record<string, unknown>>): ModelHeader {
  if (isSubclass(config))
    return {
      format: 1,
      get spec(): never {
        throw subclassError(config['class_name'])
      },
    }
  const spec = fromKeras(config) as ModelSpec | LayerSpec
  if (typeof spec !== 'object' || spec === null || !('model' in spec || 'layer' in spec))
    throw new FormatError('The config in the file is not that of a model. Save a Sequential or functional model.')
  return {
    format: 1,
    spec,
    get compile() {
      return compileFromKeras(config) as Record<string, unknown>
    },
  }
}

/** Whether a model is a class of the program that saved it. */
function isSubclass({
  class_name: name,
  module,
  registered_name: registered,
}: Readonly<Record<string, unknown>>): boolean {
  return (
    typeof name === 'string' && typeof registered === 'string' && !/^(tf_keras|keras|tensorflow)\b/.test(String(module))
  )
}

function subclassError(name: unknown): FormatError {
  return new FormatError(
    `The model in the file is the class ${String(name).slice(0, 100)} of a Python program, whose code is not in the file. Write the class here, build it, and call model.loadWeights(file).`,
  )
}

/** Whether a model is a stack that does not say the shape of its input, because it was never called. */
export function isWithoutInput(spec: ModelHeader['spec']): boolean {
  if (!spec || !isModelSpec(spec) || spec.model !== 'Sequential') return false
  const [first] = spec.layers
  return first !== undefined && !isModelSpec(first) && first.layer !== 'Input' && first['inputShape'] === undefined
}
