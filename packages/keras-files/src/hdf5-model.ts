import { FormatError } from '@gradus/core'
import type { FileFormat, ModelFile } from '@gradus/io'
import { type Hdf5Group, isHdf5, readHdf5 } from './hdf5/read-hdf5.ts'
import { namedValues, readNamedLayers } from './layout/layer-names.ts'
import { readOptimizerVariables } from './layout/optimizer-variables.ts'
import { headerOf, parseConfig } from './read-config.ts'
import { readWeightsFile } from './weights-file.ts'

const isOurs = (bytes: Uint8Array, path?: string) => isHdf5(bytes) || (path ? /\.(h5|hdf5)$/.test(path) : false)

/** The weights files of Keras 3, `.weights.h5`. Files of whole models are read too. */
export const kerasWeights = {
  name: 'keras weights',
  extensions: ['.weights.h5'],
  matches: isOurs,
  lengthOf: () => Number.POSITIVE_INFINITY,
  read,
} satisfies FileFormat<ModelFile>

/** The files of Keras 2, `.h5`: a whole model, or its weights by the names of its layers. */
export const kerasHdf5 = {
  name: 'keras hdf5',
  extensions: ['.h5', '.hdf5'],
  matches: isOurs,
  lengthOf: () => Number.POSITIVE_INFINITY,
  read,
} satisfies FileFormat<ModelFile>

function read(bytes: Uint8Array): ModelFile {
  const root = readHdf5(bytes)
  const config = textAttribute(root, 'model_config')
  if (config === undefined && !hasLayerNames(root)) {
    if (root.names.some((name) => ['layers', '_layer_checkpoint_dependencies', 'vars', 'optimizer'].includes(name)))
      return readWeightsFile(root)
    throw new FormatError(
      `The HDF5 file is none that Keras saved: it has ${root.names.slice(0, 10).join(', ') || 'no groups'}, and neither a model_config nor layers.`,
    )
  }
  const weights = config === undefined ? root : root.group('model_weights')
  if (!weights) throw new FormatError('The HDF5 file has the config of a model and no group model_weights.')
  requireVersion(textAttribute(root, 'keras_version') ?? textAttribute(weights, 'keras_version'))
  const training = textAttribute(root, 'training_config')
  const compiled = training === undefined ? undefined : parseConfig(training, 'training_config of the file')
  return {
    header:
      config === undefined
        ? { format: 1 }
        : headerOf(parseConfig(config, 'model_config of the file'), compileConfig(compiled)),
    weights: [],
    optimizer: [],
    resolve(outline, options) {
      const state = outline.optimizer.length > 0 ? root.group('optimizer_weights') : undefined
      return {
        weights: readNamedLayers(weights, outline, options),
        optimizer: state ? readOptimizerVariables(outline, namedValues(state)) : [],
      }
    },
  }
}

function hasLayerNames({ attributes }: Hdf5Group): boolean {
  return attributes.has('layer_names') || attributes.has('layer_names0')
}

/** Keras 1 had other classes and options. */
function requireVersion(version: string | undefined): void {
  if (version === undefined || /^[2-9]/.test(version)) return
  throw new FormatError(
    `The file was written by Keras ${version.slice(0, 20)}; files of Keras 2 and 3 are read. Load it in Keras 2 and save it again.`,
  )
}

/** The options of `compile` of Keras 2 are in another form than those of Keras 3. */
function compileConfig(training: Readonly<Record<string, unknown>> | undefined): unknown {
  if (!training) return undefined
  const { optimizer_config, optimizer = optimizer_config, ...others } = training
  return { ...others, optimizer }
}

function textAttribute({ attributes }: Hdf5Group, name: string): string | undefined {
  const value = attributes.get(name)
  return typeof value === 'string' ? value : undefined
}
