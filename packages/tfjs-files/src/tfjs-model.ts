import { FormatError, type LayerSpec, type ModelSpec } from '@gradus/core'
import { compileFromKeras, type FileFormat, type FileSet, fromKeras, type ModelFile } from '@gradus/io'
import {
  type Artifacts,
  areArtifacts,
  embeddedWeights,
  hasFiles,
  parseArtifacts,
  pathsIn,
  readWeights,
} from './artifacts.ts'
import { matchWeights, weightValues } from './match-weights.ts'
import { optimizerState, stepsIn } from './optimizer-weights.ts'
import type { NamedWeight } from './weight-values.ts'
import { artifactsOf } from './write-model.ts'

/**
 * Layers models of TensorFlow.js: a model.json with files of weights beside it, as `model.save` and tensorflowjs_converter write it, and
 * `{ modelTopology, weightSpecs, weightData }` as a plain object or as JSON. Weights are matched by their names. The hard sigmoid is that
 * of TensorFlow.js. Quantized weights become numbers. Throws `FormatError` for damaged files, for graph models, and where weights are
 * missing or left over; written are models of layers that TensorFlow.js has.
 *
 * ```ts
 * const model = await loadModel('models/digits/model.json', { formats: [tfjsModel] })
 * await model.save('copy/model.json', { formats: [tfjsModel] })
 * ```
 */
export const tfjsModel = {
  name: 'TensorFlow.js',
  extensions: ['.json'],
  matches(bytes: Uint8Array, path?: string): boolean {
    const start = new TextDecoder().decode(bytes.subarray(0, 4096))
    if (!/^\s*\{/.test(start)) return false
    const isModel = /"(modelTopology|weightsManifest|weightSpecs|weightData)"|"(layers|graph)-model"/.test(start)
    return isModel || (path?.endsWith('.json') ?? false)
  },
  lengthOf: () => Number.POSITIVE_INFINITY,
  read(bytes: Uint8Array): ModelFile {
    const artifacts = parseArtifacts(bytes)
    if (!hasFiles(artifacts)) return modelFile(artifacts, embeddedWeights(artifacts))
    throw new FormatError(
      `The weights of the model are in the files ${pathsIn(artifacts).slice(0, 10).join(', ')}, which are not here. Load it from its path or address, or give them: loadModel(file, { files: { 'weights.bin': bytes } }).`,
    )
  },
  async readSet(bytes, beside) {
    const artifacts = parseArtifacts(bytes)
    refuseGraph(artifacts)
    const inside = !hasFiles(artifacts)
    return modelFile(artifacts, inside ? embeddedWeights(artifacts) : await readWeights(artifacts, beside))
  },
  readObject(value) {
    if (!areArtifacts(value)) return undefined
    if (!hasFiles(value)) return modelFile(value, embeddedWeights(value))
    throw new FormatError(
      'The object is the contents of a model.json, whose weights are in other files. Load it from its path or address, or give weightSpecs and weightData with it.',
    )
  },
  writeSet(file, name): FileSet {
    const { data, ...artifacts } = artifactsOf(file)
    const path = `${name.replace(/\.json$/, '')}.${checksum(data)}.bin`
    const { weightSpecs, ...rest } = artifacts
    const json = { ...rest, weightsManifest: [{ paths: [path], weights: weightSpecs }] }
    return { main: new TextEncoder().encode(JSON.stringify(json)), beside: { [path]: data } }
  },
  besideIn(bytes) {
    try {
      return pathsIn(parseArtifacts(bytes)).filter((path) => ownFile.test(path))
    } catch {
      return []
    }
  },
} satisfies FileFormat<ModelFile>

/** The names of files that `writeSet` gives. */
const ownFile = /^[^/\\]+\.[0-9a-f]{8}\.bin$/

/** A checksum in the name, so that a model.json never belongs to weights of another save. */
function checksum(bytes: Uint8Array): string {
  let hash = 0x811c9dc5
  for (let i = 0; i < bytes.length; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193)
  return (hash >>> 0).toString(16).padStart(8, '0')
}

function refuseGraph(artifacts: Artifacts): void {
  if (artifacts['format'] === 'graph-model') fromKeras(artifacts) // throws
}

function modelFile(artifacts: Artifacts, stored: readonly NamedWeight[]): ModelFile {
  const spec = areArtifacts(artifacts) ? (fromKeras(artifacts) as ModelSpec | LayerSpec) : undefined
  const compile = spec ? compileFromKeras(artifacts) : undefined
  const ofOptimizer = stored.filter((weight) => weight.ofOptimizer)
  const weights = stored.filter((weight) => !weight.ofOptimizer)
  return {
    header: {
      format: 1,
      ...(spec && { spec }),
      ...(compile && { compile: compile as Record<string, unknown>, steps: stepsIn(ofOptimizer) }),
    },
    weights: [],
    optimizer: [],
    capacity: () => weights.reduce((sum, { data }) => sum + data.length, 0),
    stored: () => weights.map(({ name, ...weight }) => ({ path: name, ...weight })),
    resolve(outline, options) {
      const matches = matchWeights(weights, outline, options)
      return {
        weights: weightValues(matches, outline.layers),
        optimizer: optimizerState(ofOptimizer, matches, outline, compile?.optimizer),
      }
    },
  }
}
