import { FormatError } from '@gradus/core'
import type { FileFormat, ModelFile } from '@gradus/io'
import { textOf } from './hdf5/byte-reader.ts'
import { type Hdf5Group, isHdf5, mostPerByte, readHdf5 } from './hdf5/read-hdf5.ts'
import { idfWeightsAt, readLayerGroups } from './layout/layer-groups.ts'
import { headerOf, isWithoutInput, parseConfig } from './read-config.ts'
import { withVocabularies } from './vocabularies.ts'
import { optimizerIn, writeWeightsFile } from './weights-file.ts'
import { compileConfig, configText, kerasVersion, modelConfig, outlineIn } from './write-config.ts'
import { isZip, readZip } from './zip/read-zip.ts'
import { writeZip } from './zip/write-zip.ts'

const weightsName = 'model.weights.h5'

/** The format of Keras 3, `.keras`: a ZIP archive with the config of the model, its weights and the state of the optimizer. */
export const kerasModel = {
  name: 'keras',
  extensions: ['.keras'],
  matches: (bytes: Uint8Array, path?: string) => isZip(bytes) || (path?.endsWith('.keras') === true && !isHdf5(bytes)),
  lengthOf: () => Number.POSITIVE_INFINITY,
  read(bytes: Uint8Array): ModelFile {
    const archive = readZip(bytes)
    const part = (name: string, most?: number): Uint8Array => {
      const found = archive.read(name, most)
      if (found) return found
      throw new FormatError(
        `The archive has no ${name}, so it is no model that Keras saved. It has ${archive.names.slice(0, 10).join(', ') || 'no files'}.`,
      )
    }
    const config = parseConfig(textOf(part('config.json', 2 ** 26)), 'config.json of the file')
    let root: Hdf5Group | undefined
    let stored: Uint8Array | undefined
    const weightBytes = () => (stored ??= part(weightsName))
    const weights = () => (root ??= readHdf5(weightBytes()))
    const header = headerOf(withVocabularies(config, archive, (path) => idfWeightsAt(weights(), path)))
    const file = { header, weights: [], optimizer: [] }
    // a stack that was never called does not know its inputs, and has no weights
    if (config['class_name'] === 'Sequential' && isWithoutInput(header.spec)) return file
    return {
      ...file,
      capacity: () => weightBytes().length * mostPerByte,
      resolve(outline, options) {
        return { weights: readLayerGroups(weights(), outline, options), optimizer: optimizerIn(weights(), outline) }
      },
    }
  },
  write(file: ModelFile): Uint8Array<ArrayBuffer> {
    const config = { ...modelConfig(file, outlineIn(file)), compile_config: compileConfig(file) ?? {} }
    const date = new Date()
    const saved = date.toISOString().slice(0, 19).replace('T', '@')
    const texts = { 'metadata.json': { keras_version: kerasVersion, date_saved: saved }, 'config.json': config }
    const encoded = Object.entries(texts).map(([name, value]) => [name, new TextEncoder().encode(configText(value))])
    return writeZip({ ...Object.fromEntries(encoded), [weightsName]: writeWeightsFile(file) }, date)
  },
} satisfies FileFormat<ModelFile>
