import { FormatError } from '@gradus/core'
import type { FileFormat, ModelFile } from '@gradus/io'
import { NewGroup } from './hdf5/new-group.ts'
import { type Hdf5Group, isHdf5, mostPerByte, readHdf5 } from './hdf5/read-hdf5.ts'
import { writeHdf5 } from './hdf5/write-hdf5.ts'
import { datasetsIn } from './layout/datasets.ts'
import { namedValues, readNamedLayers, writeNamed, writeNamedLayers } from './layout/layer-names.ts'
import { optimizerVariables, readOptimizerVariables, savedVariable, warnOfState } from './layout/optimizer-variables.ts'
import { headerOf, isWithoutInput, parseConfig } from './read-config.ts'
import { readWeightsFile, writeWeightsFile } from './weights-file.ts'
import { compileConfig, configText, kerasVersion, modelConfig, outlineIn } from './write-config.ts'

/** The backend in files that are written here. */
const backend = 'gradus'

const isKerasHdf5 = (bytes: Uint8Array, path?: string) => isHdf5(bytes) || (path ? /\.(h5|hdf5)$/.test(path) : false)

/** The weights files of Keras 3, `.weights.h5`. Files of whole models are read too. */
export const kerasWeights = {
  name: 'keras weights',
  extensions: ['.weights.h5'],
  matches: isKerasHdf5,
  lengthOf: () => Number.POSITIVE_INFINITY,
  read,
  write: writeWeightsFile,
} satisfies FileFormat<ModelFile>

/** The files of Keras 2, `.h5`: a whole model, or its weights by the names of its layers. */
export const kerasHdf5 = {
  name: 'keras hdf5',
  extensions: ['.h5', '.hdf5'],
  matches: isKerasHdf5,
  lengthOf: () => Number.POSITIVE_INFINITY,
  read,
  write,
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
  const header = config === undefined ? { format: 1 as const } : headerOf(configsIn(root, config))
  const file = { header, weights: [], optimizer: [] }
  if (isWithoutInput(header.spec)) return file
  return {
    ...file,
    capacity: () => bytes.length * mostPerByte,
    stored: () => datasetsIn(weights),
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

/** The configs of a model and of `compile`, in the form that they have in the attributes of the file. */
function configsIn(root: Hdf5Group, config: string): Readonly<Record<string, unknown>> {
  const training = textAttribute(root, 'training_config')
  const version = textAttribute(root, 'keras_version')
  return {
    model_config: parseConfig(config, 'model_config of the file'),
    backend: textAttribute(root, 'backend'),
    ...(training !== undefined && { training_config: parseConfig(training, 'training_config of the file') }),
    ...(version !== undefined && { keras_version: version }),
  }
}

/** Encodes a model, or its weights alone, as a file of Keras 2. */
function write(file: ModelFile): Uint8Array<ArrayBuffer> {
  const outline = outlineIn(file)
  const root = new NewGroup()
  const version = (group: NewGroup) => {
    group.attributes.set('backend', backend)
    group.attributes.set('keras_version', kerasVersion)
  }
  version(root)
  if (file.header.spec === undefined) {
    writeNamedLayers(root, outline, file.weights)
    return writeHdf5(root)
  }
  root.attributes.set('model_config', configText(legacyConfig(modelConfig(file, outline))))
  const compiled = compileConfig(file)
  if (compiled) {
    const { optimizer, loss, ...others } = compiled
    const training = { ...others, loss: longNames(loss), optimizer_config: legacyObject(optimizer as Config) }
    root.attributes.set('training_config', configText(training))
  }
  version(root.at('model_weights'))
  writeNamedLayers(root.at('model_weights'), outline, file.weights)
  const variables = optimizerVariables(outline, file.optimizer)
  if (!variables && file.optimizer.length > 0) warnOfState(outline.optimizerSpec, 'written')
  if (variables) {
    const byPath = new Map(file.optimizer.map((value) => [value.path, value]))
    const named = variables.map((variable, index) => ({ ...variable, name: `optimizer/${index}_${variable.name}` }))
    writeNamed(
      root.at('optimizer_weights'),
      named.map(({ name }) => ({ name, path: name })),
      new Map(
        named.map((variable, index) => [
          variable.name,
          { ...savedVariable(variables[index]!, byPath), path: variable.name, trainable: false },
        ]),
      ),
    )
  }
  return writeHdf5(root)
}

const longNamesOfLosses: Readonly<Record<string, string>> = {
  mse: 'mean_squared_error',
  mae: 'mean_absolute_error',
  mape: 'mean_absolute_percentage_error',
  msle: 'mean_squared_logarithmic_error',
  bce: 'binary_crossentropy',
  kld: 'kl_divergence',
  logcosh: 'log_cosh',
}

/** Replaces short names of losses, which Keras 3 does not find where it reads these files. */
function longNames(loss: unknown): unknown {
  if (typeof loss === 'string') return longNamesOfLosses[loss] ?? loss
  if (Array.isArray(loss)) return loss.map(longNames)
  if (typeof loss !== 'object' || loss === null || 'class_name' in loss) return loss
  return Object.fromEntries(Object.entries(loss).map(([output, value]) => [output, longNames(value)]))
}

type Config = Readonly<Record<string, unknown>>

/** A layer or model in the form of Keras 2, without the module of its class; operations keep theirs, because layers have the same names. */
function legacyObject({ module, registered_name, build_config: _, ...object }: Config): Config {
  if (String(module).startsWith('keras.src.ops')) return { module, registered_name, ...object }
  // in these files Keras looks up this class by another name than in others
  return object['class_name'] === 'GroupQueryAttention' ? { ...object, class_name: 'GroupedQueryAttention' } : object
}

/** The config of a model in which models and their layers are in the form of Keras 2. */
function legacyConfig(object: Config): Config {
  const { config, ...others } = legacyObject(object)
  const { layers, ...rest } = config as { readonly layers?: readonly Config[] }
  // other layers of layers are in the form of Keras 3 here too
  const isModel = layers && ['Sequential', 'Functional'].includes(String(object['class_name']))
  return { ...others, config: isModel ? { ...rest, layers: layers.map(legacyConfig) } : config }
}

function textAttribute({ attributes }: Hdf5Group, name: string): string | undefined {
  const value = attributes.get(name)
  return typeof value === 'string' ? value : undefined
}
