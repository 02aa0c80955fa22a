import { describeValue, FormatError, isPlainObject, joinBytes, requireBounded, requireBoundedJson } from '@gradus/core'
import type { ReadBeside } from '@gradus/io'
import { bytesOf, type WeightSpec, weightSpecs } from './weight-spec.ts'
import { decodeWeights, type NamedWeight } from './weight-values.ts'

/** The contents of a model.json, or the artifacts that TensorFlow.js passes to its handlers of files. */
export type Artifacts = Readonly<Record<string, unknown>>

/** A model.json has at least one of these. */
const parts = ['modelTopology', 'weightsManifest', 'weightSpecs', 'weightData']

/** Whether an object has the form of a model.json or of artifacts. */
export function areArtifacts(value: unknown): value is Artifacts {
  return isPlainObject(value) && 'modelTopology' in value
}

/** Parses the text of a model.json. Throws `FormatError` if it is none. */
export function parseArtifacts(bytes: Uint8Array): Artifacts {
  const text = new TextDecoder().decode(bytes)
  requireBoundedJson(text, 'The model.json', FormatError)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new FormatError(
      `The model.json is not JSON: ${(cause as Error).message.slice(0, 200)}. Get the file again; it may be cut short.`,
      { cause },
    )
  }
  if (isPlainObject(value) && parts.some((part) => part in value)) return value
  throw new FormatError(`The model.json holds ${describeValue(value)}; expected { modelTopology, weightsManifest }.`)
}

/** Files with their weights, as in `weightsManifest`. */
interface Group {
  readonly paths: readonly string[]
  readonly weights: readonly WeightSpec[]
}

/** Whether weights lie in files beside the model.json. */
export function hasFiles(artifacts: Artifacts): boolean {
  return artifacts['weightData'] === undefined && groupsOf(artifacts).some(({ weights }) => weights.length > 0)
}

/** The paths of the files beside a model.json. */
export function pathsIn(artifacts: Artifacts): string[] {
  return groupsOf(artifacts).flatMap(({ paths }) => paths.map((path) => path.replace(/^(\.\/)+/, '')))
}

const again = 'Save the model again with TensorFlow.js, or convert it again.'

/** Reads the weights of the files beside a model.json. Throws `FormatError` with the place for files of another length. */
export async function readWeights(artifacts: Artifacts, beside: ReadBeside): Promise<NamedWeight[]> {
  const found: NamedWeight[] = []
  const seen = new Set<string>()
  for (const { paths, weights } of groupsOf(artifacts)) {
    const needed = weights.reduce((total, spec) => total + bytesOf(spec), 0)
    const parts: Uint8Array[] = []
    let length = 0
    for (const path of paths) {
      // a small file that is read many times takes gigabytes
      if (seen.has(path))
        throw new FormatError(`The weightsManifest names the file '${path.slice(0, 200)}' twice. ${again}`)
      seen.add(path)
      const part = await beside(path, { maxBytes: Math.max(needed - length, 4096) })
      length += part.length
      parts.push(part)
    }
    const place =
      paths.length === 1 ? `The file '${paths[0]}' has` : `The files '${paths[0]}' to '${paths.at(-1)}' have`
    found.push(...decodeWeights(weights, joinBytes(parts), place))
  }
  return found
}

/** Reads the weights that artifacts hold themselves. */
export function embeddedWeights(artifacts: Artifacts): NamedWeight[] {
  const { weightData } = artifacts
  const specs =
    'weightSpecs' in artifacts ? artifacts['weightSpecs'] : groupsOf(artifacts).flatMap((group) => group.weights)
  const weights = 'weightSpecs' in artifacts ? weightSpecs(specs, 'weightSpecs') : (specs as WeightSpec[])
  if (weights.length === 0 && (weightData === undefined || weightData === null)) return []
  return decodeWeights(weights, dataOf(weightData), 'The weightData has')
}

function groupsOf(artifacts: Artifacts): Group[] {
  requireBounded(artifacts['weightsManifest'], 'The weightsManifest', FormatError)
  const manifest = artifacts['weightsManifest'] ?? []
  if (!Array.isArray(manifest))
    throw new FormatError(`The weightsManifest is ${describeValue(manifest)}; expected a list of groups.`)
  return manifest.map((group: unknown, index) => {
    const place = `weightsManifest[${index}]`
    const { paths, weights } = (isPlainObject(group) ? group : {}) as Record<string, unknown>
    const isPath = (path: unknown) => typeof path === 'string' && path.length <= 1000
    if (!Array.isArray(paths) || paths.length > 10_000 || !paths.every(isPath))
      throw new FormatError(`${place}.paths is ${describeValue(paths)}; expected a list of file names.`)
    return { paths: paths as string[], weights: weightSpecs(weights, `${place}.weights`) }
  })
}

/** Bytes as artifacts hold them: buffers, a list of buffers or of bytes, or, in JSON, a text in base64. */
function dataOf(value: unknown): Uint8Array {
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
  if (Object.prototype.toString.call(value) === '[object ArrayBuffer]') return new Uint8Array(value as ArrayBuffer)
  if (typeof value === 'string') return fromBase64(value)
  if (Array.isArray(value)) {
    const isByte = (item: unknown) => typeof item === 'number' && Number.isInteger(item) && item >= 0 && item < 256
    if (value.every(isByte)) return Uint8Array.from(value as number[])
    if (value.every((item) => typeof item === 'object' && item !== null && !Array.isArray(item)))
      return joinBytes(value.map(dataOf))
  }
  throw new FormatError(
    `The weightData is ${describeValue(value)}; expected an ArrayBuffer, a list of them, bytes, or a text in base64. JSON.stringify does not keep an ArrayBuffer; store it as base64.`,
  )
}

function fromBase64(text: string): Uint8Array {
  try {
    return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))
  } catch (cause) {
    throw new FormatError('The weightData is a text that is not base64.', { cause })
  }
}
