import { FormatError } from '@gradus/core'
import { describe, expect, it } from 'vitest'
import { encodeSafetensors } from '../safetensors.ts'
import { type FileFormat, formatOf } from './file-format.ts'
import { modelFormats } from './index.ts'
import type { ModelFile } from './model-file.ts'
import { decodeModel, encodeModel, readModelFile } from './model-files.ts'
import { safetensorsModel } from './safetensors-model.ts'

const weight = (path: string, trainable: boolean) => ({
  path,
  trainable,
  shape: [2],
  dtype: 'float32' as const,
  data: Float32Array.of(1, 2),
})
const model: ModelFile = {
  header: { format: 1, seed: 3, steps: 7, spec: { model: 'Sequential', layers: [] } },
  weights: [weight('dense.kernel', true), weight('norm.movingMean', false)],
  optimizer: [weight('momentum.dense.kernel', false)],
}
const text = (value: string) => new TextEncoder().encode(value)

describe('safetensors as a format of models', () => {
  it('reads what was written', () => {
    const bytes = safetensorsModel.write(model)
    expect(safetensorsModel.matches(bytes)).toBe(true)
    const { optimizer, ...rest } = safetensorsModel.read(bytes)
    expect(rest).toEqual({ header: model.header, weights: model.weights })
    expect(optimizer.map(({ path, data }) => [path, [...data]])).toEqual([['momentum.dense.kernel', [1, 2]]])
  })

  it('reads weights that other programs wrote', () => {
    const bytes = encodeSafetensors([{ name: 'w', dtype: 'float32', shape: [2], data: Float32Array.of(1, 2) }])
    expect(safetensorsModel.read(bytes)).toEqual({ header: { format: 1 }, weights: [weight('w', true)], optimizer: [] })
  })

  it('refuses files of a later version', () => {
    const bytes = encodeSafetensors([], { gradus: JSON.stringify({ format: 2 }) })
    expect(() => safetensorsModel.read(bytes)).toThrow('The model file has format 2; this version reads format 1.')
  })

  it('matches files by their first bytes or by their name', () => {
    const bytes = safetensorsModel.write(model)
    expect(safetensorsModel.matches(bytes.subarray(0, 20))).toBe(true)
    const shifted = new Uint8Array(bytes.length + 3)
    shifted.set(bytes, 3)
    expect(safetensorsModel.matches(shifted.subarray(3))).toBe(true)
    expect(safetensorsModel.matches(shifted)).toBe(false)
    expect(safetensorsModel.matches(text('{"a": [1, 2, 3]}'))).toBe(false)
    expect(safetensorsModel.matches(text('01234567{}'))).toBe(false)
    expect(safetensorsModel.matches(text(''))).toBe(false)
    expect(safetensorsModel.matches(text(''), 'model.h5')).toBe(false)
    expect(safetensorsModel.matches(text(''), 'model.safetensors')).toBe(true)
  })
})

describe('formatOf', () => {
  it('finds the format that matches', () => {
    expect(formatOf(modelFormats, safetensorsModel.write(model))).toBe(safetensorsModel)
    const own: FileFormat<ModelFile> = {
      name: 'own',
      extensions: ['.own'],
      matches: (bytes) => bytes[0] === 0x23,
      read: () => model,
    }
    expect(formatOf([...modelFormats, own], text('# own')).read(text('# own'))).toBe(model)
  })

  it('names the known formats and the first bytes where none matches', () => {
    const hdf5 = Uint8Array.of(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a, 0)
    const formats = [safetensorsModel]
    expect(() => formatOf(formats, hdf5, 'model.h5')).toThrow(FormatError)
    expect(() => formatOf(formats, hdf5, 'model.h5')).toThrow(
      "The file 'model.h5' has a format that is not known: it is an HDF5 file, such as Keras writes as .h5. Known formats: safetensors (.safetensors).",
    )
    expect(() => formatOf(formats, text(''))).toThrow('The file has a format that is not known: it is empty.')
  })
})

describe('a file that is no model file', () => {
  it.each([
    ['PK\x03\x04\x14\0\0\0archive/data.pkl', 'is a PyTorch file (.pt), a ZIP archive with Python objects (pickle)'],
    ['PK\x03\x04\x14\0\0\0metadata.json{}', 'is a .keras file'],
    ['PK\x03\x04\x14\0\0\0x.npy', 'is an archive of NumPy arrays (.npz)'],
    ['\x80\x02}q\x00.', 'holds Python objects (pickle), as files of PyTorch do'],
    ['GGUF\x03\0\0\0', 'is a GGUF file of llama.cpp'],
    ['\x08\x07\x12\x07pytorch', 'is an ONNX model'],
    ['\x08\x01\x12\x99\x07serve', 'is a SavedModel of TensorFlow'],
    ['\x08\x0a:\x10\x0a\x01x', 'is an ONNX model'],
    ['\x0a\x22\x0a\x01x\x12\x0bPlaceholder', 'is a graph of TensorFlow (.pb), without layers'],
    ['\x1c\0\0\0TFL3', 'is a TensorFlow Lite model'],
    ['version https://git-lfs.github.com/spec/v1', 'is a pointer of Git LFS instead of the file: run git lfs pull'],
    ['<!DOCTYPE html><html>', 'is an HTML page, which servers send where there is no such file'],
    ['{"format": "layers-model", "modelTopology": {', 'is a model of TensorFlow.js'],
    ['{"class_name": "Sequential"', 'is the config of a Keras model as JSON, without weights'],
    ['{"weight_map": {"a": "b"}}', 'is the index of a model in several safetensors files: load the weights of each'],
    ['{"architectures": ["A"]}', 'is the config of a model of Hugging Face, without weights'],
    ['{"a": 1}', 'begins with a brace, as JSON does'],
  ])('is named: %j', (start, name) => {
    const bytes = Uint8Array.from(start, (letter) => letter.charCodeAt(0))
    expect(() => formatOf(modelFormats, bytes)).toThrow(`has a format that is not known: it ${name}. Known formats:`)
  })
})

describe('a file that is something else than its name says', () => {
  const pointer = text('version https://git-lfs.github.com/spec/v1')

  it('is named, with the error of the format', async () => {
    const message =
      "The file 'm.safetensors' is a pointer of Git LFS instead of the file: run git lfs pull. It cannot be read as safetensors: This is no safetensors file"
    expect(() => decodeModel(pointer, 'm.safetensors')).toThrow(message)
    await expect(readModelFile(new File([pointer], 'm.safetensors'))).rejects.toThrow(message)
    const page = new File([`<!doctype html>${' '.repeat(5000)}`], 'm.safetensors')
    await expect(readModelFile(page)).rejects.toThrow("The file 'm.safetensors' is an HTML page, which servers send")
    await expect(readModelFile(new File([], 'm.safetensors'))).rejects.toThrow("The file 'm.safetensors' is empty.")
  })

  it.each(['.keras', '.h5', '.json'])('is named with and without the package that reads %s', async (extension) => {
    await expect(readModelFile(new File([pointer], `m${extension}`))).rejects.toThrow('is a pointer of Git LFS')
  })

  it('may be what a format reads', async () => {
    const fail = () => {
      throw new FormatError('It has the operation Foo, which is not known.')
    }
    const onnx = { name: 'onnx', extensions: ['.onnx'], matches: () => true, read: fail }
    const file = new File([Uint8Array.from([8, 8, 18, 7, 112])], 'm.onnx')
    await expect(readModelFile(file, [onnx])).rejects.toThrow(
      new FormatError('It has the operation Foo, which is not known.'),
    )
  })
})

it('an address of data is no name of a file', async () => {
  const address = `data:,${'x'.repeat(1000)}`
  await expect(readModelFile(address)).rejects.toThrow('The file has a format that is not known')
})

describe('encodeModel', () => {
  const own = { name: 'own', extensions: ['.own'], matches: () => false, read: () => model }

  it('uses the format of the extension, and safetensors without one', () => {
    const formats = [...modelFormats, { ...own, write: () => text('own') }]
    expect(encodeModel(model, 'a/b.own', formats)).toEqual(text('own'))
    for (const path of [undefined, 'b', 'own', 'b.safetensors', 'b.own.tmp']) {
      expect(encodeModel(model, path, formats)).toEqual(safetensorsModel.write(model))
    }
  })

  it('refuses a format that can only be read', () => {
    expect(() => encodeModel(model, 'b.own', [own])).toThrow(FormatError)
    expect(() => encodeModel(model, 'b.own', [own])).toThrow(
      "The file 'b.own' cannot be written: own is a format that can only be read. Save it as .safetensors.",
    )
  })
})
