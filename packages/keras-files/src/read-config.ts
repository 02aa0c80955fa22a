import { FormatError, type LayerSpec, type ModelSpec } from '@gradus/core'
import { compileFromKeras, fromKeras, type ModelHeader } from '@gradus/io'

/** Parses a config of Keras, which is JSON. `title` is its name in messages. */
export function parseConfig(text: string, title: string): Readonly<Record<string, unknown>> {
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
 * The header of a model file from the config of a model, and that of `compile`, which is translated when it is read: a model with a
 * loss of another program can be loaded with `compile: false`.
 */
export function headerOf(model: Readonly<Record<string, unknown>>, compiled: unknown): ModelHeader {
  const spec = fromKeras(model) as ModelSpec | LayerSpec
  if (typeof spec !== 'object' || spec === null || !('model' in spec || 'layer' in spec))
    throw new FormatError('The config in the file is not that of a model. Save a Sequential or functional model.')
  return {
    format: 1,
    spec,
    get compile() {
      const found = compileFromKeras({ compile_config: compiled })
      return found as Record<string, unknown>
    },
  }
}
