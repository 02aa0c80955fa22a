import { FormatError } from '@gradus/core'
import { strayFile } from '@gradus/core/files'

interface ForeignFile {
  /** The bytes at the beginning, as characters. */
  readonly start: string
  /** A word in the first 4096 bytes. */
  readonly within?: RegExp
  /** What the file is, as the end of "it ...". */
  readonly name: string
  /** What reads it. */
  readonly remedy?: string
}

const keras = "Read it with the formats of '@gradus/keras-files': { formats: kerasFormats }."
const tfjs = "Read it with the formats of '@gradus/tfjs-files': { formats: tfjsFormats }."

const zip = 'PK\x03\x04'

/** Files that are often taken for model files; the first that fits counts. */
const foreignFiles: readonly ForeignFile[] = [
  { start: '\x89HDF', name: 'is an HDF5 file, such as Keras writes as .h5', remedy: keras },
  {
    start: zip,
    within: /data\.pkl|\/version/,
    name: 'is a PyTorch file (.pt), a ZIP archive with Python objects (pickle)',
  },
  {
    start: zip,
    within: /metadata\.json|config\.json|model\.weights\.h5/,
    name: 'is a .keras file',
    remedy: keras,
  },
  { start: zip, within: /\.npy/, name: 'is an archive of NumPy arrays (.npz)' },
  { start: zip, name: 'is a ZIP archive, such as Keras writes as .keras', remedy: keras },
  { start: 'GGUF', name: 'is a GGUF file of llama.cpp' },
  {
    start: '\x80',
    within: /^.[^ -\xff][c(XKN\]}\x8a\x95]/s,
    name: 'holds Python objects (pickle), as files of PyTorch do',
  },
  { start: '\x08\x01\x12', name: 'is a SavedModel of TensorFlow' },
  { start: '\x08', within: /^.[^ -\xff]([":B]|[^ -\xff]{2}[ -~])|onnx|pytorch/is, name: 'is an ONNX model' },
  {
    start: '\n',
    within: /^.{2,6}\n.{2,200}?[^ -\xff].(Placeholder|Const|Variable|VarHandleOp)/s,
    name: 'is a graph of TensorFlow (.pb), without layers',
  },
  { start: '', within: /^.{4}TFL3/s, name: 'is a TensorFlow Lite model' },
  { start: '\x89PNG', name: 'is a PNG image' },
  { start: '\xff\xd8\xff', name: 'is a JPEG image' },
  { start: '\x1f\x8b', name: 'is a gzip archive' },
  { start: '%PDF', name: 'is a PDF document' },
  { start: '\x93NUMPY', name: 'is a NumPy array (.npy)' },
  {
    start: '',
    within: /^\s*\{.*"(modelTopology|weightsManifest)"/s,
    name: 'is a model of TensorFlow.js',
    remedy: tfjs,
  },
  {
    start: '',
    within: /^\s*\{.*"class_name"/s,
    name: 'is the config of a Keras model as JSON, without weights',
    remedy: "Translate it with fromKeras of 'gradus/io'.",
  },
  {
    start: '',
    within: /^\s*\{.*"weight_map"/s,
    name: 'is the index of a model in several safetensors files: load the weights of each',
  },
  {
    start: '',
    within: /^\s*\{.*"(architectures|model_type)"/s,
    name: 'is the config of a model of Hugging Face, without weights',
  },
]

/** Files that stand in place of another. */
const strayFiles = {
  html: { start: '', name: 'is an HTML page, which servers send where there is no such file' },
  lfs: { start: '', name: 'is a pointer of Git LFS instead of the file: run git lfs pull' },
} satisfies Record<string, ForeignFile>

/** Files that begin so may be of many kinds. */
const vague: readonly ForeignFile[] = [
  { start: '{', name: 'begins with a brace, as JSON does' },
  { start: '<', name: "begins with '<', as HTML does, which servers send where there is no such file" },
]

function findForeign(bytes: Uint8Array): ForeignFile | undefined {
  const stray = strayFile(bytes)
  return stray ? strayFiles[stray] : find(foreignFiles, bytes)
}

function find(files: readonly ForeignFile[], bytes: Uint8Array): ForeignFile | undefined {
  const text = String.fromCharCode(...bytes.subarray(0, 4096))
  return files.find(({ start, within }) => text.startsWith(start) && (within?.test(text) ?? true))
}

/** Says what a file is that no format knows, as the end of "it ...", and what reads it. */
export function foreignFile(bytes: Uint8Array): Pick<ForeignFile, 'name' | 'remedy'> {
  if (bytes.length === 0) return { name: 'is empty' }
  const known = findForeign(bytes) ?? find(vague, bytes)
  if (known) return known
  const first = [...bytes.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
  return { name: `begins with the bytes ${first}` }
}

/** Whether a file is of a kind that no format of this project reads, whatever its name says. */
export function isForeign(bytes: Uint8Array): boolean {
  if (bytes.length === 0) return true
  const found = findForeign(bytes)
  return found !== undefined && found.remedy === undefined
}

/** The part of a format that tells its files. */
interface Matching {
  readonly name: string
  matches(bytes: Uint8Array): boolean
}

/**
 * The error of a format for a file that only its name or its archive made one of that format: says first what the file is. Returns other
 * errors as they are.
 */
export function explained(cause: unknown, bytes: Uint8Array, format: Matching, path?: string): unknown {
  if (!(cause instanceof FormatError)) return cause
  const found = bytes.length === 0 ? { name: 'is empty', start: '', remedy: undefined } : findForeign(bytes)
  const isArchive = found?.start === zip && found.remedy === undefined
  if (!found || (format.matches(bytes) && !isArchive)) return cause
  const [file, remedy] = [
    path === undefined ? 'The file' : `The file '${path}'`,
    found.remedy ? ` ${found.remedy}` : '',
  ]
  return new FormatError(`${file} ${found.name}. It cannot be read as ${format.name}: ${cause.message}${remedy}`, {
    cause,
  })
}
