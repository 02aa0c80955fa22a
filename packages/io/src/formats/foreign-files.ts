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

/** Files that are often taken for model files; the first that fits counts. */
const foreignFiles: readonly ForeignFile[] = [
  { start: '\x89HDF', name: 'is an HDF5 file, such as Keras writes as .h5', remedy: keras },
  {
    start: 'PK\x03\x04',
    within: /data\.pkl|\/version/,
    name: 'is a PyTorch file (.pt), a ZIP archive with Python objects (pickle)',
  },
  {
    start: 'PK\x03\x04',
    within: /metadata\.json|config\.json|model\.weights\.h5/,
    name: 'is a .keras file',
    remedy: keras,
  },
  { start: 'PK\x03\x04', within: /\.npy/, name: 'is an archive of NumPy arrays (.npz)' },
  { start: 'PK\x03\x04', name: 'is a ZIP archive, such as Keras writes as .keras', remedy: keras },
  { start: 'version https://git-lfs', name: 'is a pointer of Git LFS instead of the file: run git lfs pull' },
  { start: 'GGUF', name: 'is a GGUF file of llama.cpp' },
  { start: '\x80', name: 'holds Python objects (pickle), as files of PyTorch do' },
  { start: '\x08', within: /onnx|pytorch|ir_version/i, name: 'is an ONNX model' },
  { start: '\x08\x01', within: /saved_model|serve|StatefulPartitionedCall/, name: 'is a SavedModel of TensorFlow' },
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
  { start: '{', name: 'begins with a brace, as JSON does' },
  {
    start: '',
    within: /^\s*<(!doctype|html)/i,
    name: 'is an HTML page, which servers send where there is no such file',
  },
  { start: '<', name: "begins with '<', as HTML does, which servers send where there is no such file" },
]

/** Says what a file is that no format knows, as the end of "it ...", and what reads it. */
export function foreignFile(bytes: Uint8Array): Pick<ForeignFile, 'name' | 'remedy'> {
  if (bytes.length === 0) return { name: 'is empty' }
  const text = String.fromCharCode(...bytes.subarray(0, 4096))
  const known = foreignFiles.find(({ start, within }) => text.startsWith(start) && (within?.test(text) ?? true))
  if (known) return known
  const first = [...bytes.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
  return { name: `begins with the bytes ${first}` }
}
