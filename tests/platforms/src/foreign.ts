import { gzipSync } from 'node:zlib'
import { writeZip } from '../../../packages/keras-files/src/zip/write-zip.ts'

const bytes = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0))
const archive = (name: string) => writeZip({ [name]: bytes('abc') }, new Date('2026-01-01'))
const page = bytes(`<!DOCTYPE html><html><title>Not found</title>${' '.repeat(6000)}</html>`)
const pointer = bytes('version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n')

const html = 'is an HTML page, which servers send where there is no such file'
const lfs = 'is a pointer of Git LFS instead of the file: run git lfs pull'

/** Files that are often taken for models, by their names, with a part of the message that each of them causes. */
export const foreign: Readonly<Record<string, { readonly body: Uint8Array; readonly message: string }>> = {
  'llama.gguf': { body: bytes('GGUF\x03\0\0\0\0\0\0\0'), message: 'is a GGUF file of llama.cpp' },
  'model.pt': { body: archive('archive/data.pkl'), message: 'is a PyTorch file (.pt)' },
  'old.pth': { body: bytes('\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.'), message: 'holds Python objects (pickle)' },
  'model.pkl': { body: bytes('\x80\x04\x95\x0a\0\0\0\0\0\0\0}.'), message: 'holds Python objects (pickle)' },
  'model.onnx': { body: bytes('\x08\x08\x12\x07pytorch\x1a\x052.1.0:\x05'), message: 'is an ONNX model' },
  'plain.onnx': { body: bytes('\x08\x0a:\x10\x0a\x01x'), message: 'is an ONNX model' },
  'saved_model.pb': {
    body: bytes('\x08\x01\x12\x99\x07\x0a\x1b\x12\x05serve'),
    message: 'is a SavedModel of TensorFlow',
  },
  'frozen.pb': { body: bytes('\x0a\x22\x0a\x01x\x12\x0bPlaceholder*'), message: 'is a graph of TensorFlow (.pb)' },
  'model.tflite': { body: bytes('\x1c\0\0\0TFL3\0'), message: 'is a TensorFlow Lite model' },
  'graph/model.json': {
    body: bytes('{"format": "graph-model", "modelTopology": {"node": []}, "weightsManifest": []}'),
    message: 'graph',
  },
  'config.json': {
    body: bytes('{"architectures": ["BertModel"], "model_type": "bert"}'),
    message: 'is the config of a model of Hugging Face, without weights',
  },
  'model.safetensors.index.json': {
    body: bytes('{"metadata": {"total_size": 1}, "weight_map": {"a": "model-00001-of-00002.safetensors"}}'),
    message: 'is the index of a model in several safetensors files',
  },
  'weights.npz': { body: archive('a.npy'), message: 'is an archive of NumPy arrays (.npz)' },
  'weights.npy': { body: bytes('\x93NUMPY\x01\0'), message: 'is a NumPy array (.npy)' },
  'model.tar.gz': { body: gzipSync('model'), message: 'is a gzip archive' },
  'gzip.keras': { body: gzipSync('model'), message: 'is a gzip archive' },
  empty: { body: bytes(''), message: 'is empty' },
  'empty.keras': { body: bytes(''), message: 'is empty' },
  'empty.json': { body: bytes(''), message: 'is empty' },
  ...namedAll('page', page, html),
  ...namedAll('pointer', pointer, lfs),
}

/** A file under the names of all formats. */
function namedAll(name: string, body: Uint8Array, message: string) {
  const extensions = ['', '.safetensors', '.keras', '.h5', '.weights.h5', '.json']
  return Object.fromEntries(extensions.map((extension) => [`${name}${extension}`, { body, message }]))
}
