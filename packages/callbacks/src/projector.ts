import { ConfigError, type WeightValue } from '@gradus/core'
import type { EventFiles } from './platform-files.ts'

interface EmbeddingOptions {
  readonly logDir: string
  readonly embeddingsMetadata: string | Readonly<Record<string, string>> | undefined
  readonly files: EventFiles
}

/**
 * Writes the weights of `Embedding` layers as tables, and the file with which TensorBoard's projector finds them. Throws
 * `ConfigError` for labels of layers that the model does not have.
 */
export async function writeEmbeddings(options: EmbeddingOptions, weights: readonly WeightValue[]): Promise<void> {
  const { logDir, embeddingsMetadata: metadata = {}, files } = options
  const tables = weights.filter(({ path, shape }) => /(^|[./])embeddings$/.test(path) && shape.length === 2)
  const names = tables.map(({ path }) => path.split(/[./]/).at(-2) ?? path)
  const unknown = typeof metadata === 'string' ? [] : Object.keys(metadata).filter((name) => !names.includes(name))
  if (unknown.length > 0) {
    throw new ConfigError(
      `TensorBoard: 'embeddingsMetadata' has labels for ${unknown.join(', ')}, and the model has no such Embedding layer. It has: ${names.join(', ') || 'none'}.`,
    )
  }
  const entries: string[] = []
  for (const [index, { path, shape, data }] of tables.entries()) {
    const [rows = 0, width = 0] = shape
    const lines = Array.from({ length: rows }, (_, row) => data.slice(row * width, (row + 1) * width).join('\t'))
    const tablePath = `embeddings/${path.replaceAll(/[./]/g, '-')}.tsv`
    await files.write(`${logDir}/${tablePath}`, `${lines.join('\n')}\n`)
    const labels = typeof metadata === 'string' ? metadata : metadata[names[index]!]
    const fields = {
      tensor_name: path.replaceAll('.', '/'),
      tensor_path: tablePath,
      ...(labels !== undefined && { metadata_path: labels }),
    }
    const settings = Object.entries(fields).map(([key, value]) => `  ${key}: ${JSON.stringify(value)}\n`)
    entries.push(`embeddings {\n${settings.join('')}}\n`)
  }
  if (entries.length > 0) await files.write(`${logDir}/projector_config.pbtxt`, entries.join(''))
}
