import { snakeCase } from '@gradus/core'
import { textOf } from './hdf5/byte-reader.ts'
import type { ZipFiles } from './zip/read-zip.ts'

type Config = Readonly<Record<string, unknown>>

/** The weights of the tokens of a layer, by the path of the layer; undefined if the file has none. */
export type IdfWeights = (path: string) => readonly number[] | undefined

/**
 * The config of a model in which layers that learned a vocabulary have it as an option. Keras keeps it beside the config, one entry a
 * line, in a folder that is named like the weights of the layer.
 */
export function withVocabularies(model: Config, archive: ZipFiles, idfWeights: IdfWeights, path = ''): Config {
  const { config } = model
  if (typeof config !== 'object' || config === null) return model
  const { layers } = config as { readonly layers?: unknown }
  if (!Array.isArray(layers)) return withVocabulary(model, archive, idfWeights, path)
  const used = new Map<string, number>()
  const found = layers.map((layer: unknown) => {
    const { class_name: className } = (layer ?? {}) as Config
    if (typeof className !== 'string') return layer
    const name = snakeCase(className)
    const count = used.get(name) ?? 0
    used.set(name, count + 1)
    const inner = `${path ? `${path}/` : ''}layers/${count === 0 ? name : `${name}_${count}`}`
    return withVocabularies(layer as Config, archive, idfWeights, inner)
  })
  return { ...model, config: { ...config, layers: found } }
}

function withVocabulary(layer: Config, archive: ZipFiles, idfWeights: IdfWeights, path: string): Config {
  const config = layer['config'] as Config
  if (!('vocabulary' in config) || (config['vocabulary'] ?? undefined) !== undefined) return layer
  const bytes = archive.read(`assets/${path}/vocabulary.txt`)
  if (!bytes) return layer
  const lines = textOf(bytes)
    .replace(/\r?\n*$/, '')
    .split(/\r?\n/)
  const numbers = layer['class_name'] === 'IntegerLookup'
  const vocabulary = numbers ? lines.map(Number) : lines
  // the weights go on for numbers without a token
  const weights = config['output_mode'] === 'tf_idf' ? idfWeights(path)?.slice(0, lines.length) : undefined
  return { ...layer, config: { ...config, vocabulary, ...(weights && { idf_weights: weights }) } }
}
