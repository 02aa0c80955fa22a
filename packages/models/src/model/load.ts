import { type AnyDefinition, ConfigError, type Registry } from '@gradus/core'
import type { FileSource } from '@gradus/io'
import type { CompileOptions, KnownNames, NameResolver } from '../objective/index.ts'
import { modelFiles, type ReadFileOptions } from './files.ts'
import { fromSpec, type ModelClasses } from './from-spec.ts'
import type { Model } from './model.ts'
import { checkOptions } from './training-options.ts'

/** What `loadModel` reads: a file, or a plain object that a format of files knows, such as the artifacts of TensorFlow.js. */
export type ModelSource = FileSource | Readonly<Record<string, unknown>>

/** Options of `loadModel`. */
export interface LoadOptions<N extends KnownNames> extends ReadFileOptions {
  /** The registry in which the classes named in the file are looked up. */
  readonly registry: NameResolver
  /** The classes of which models are built (default `Sequential` and `Model` of this package). */
  readonly classes?: ModelClasses<N>
  /** Further classes and functions that the file names, such as a layer of your own: `{ MyLayer }`. Keras: `custom_objects`. */
  readonly customObjects?: Readonly<Record<string, AnyDefinition>>
  /** Whether the model is compiled as it was when it was saved, optimizer state included (default true). */
  readonly compile?: boolean
}

/**
 * Reads a model that `save` wrote: layers, weights and, unless `compile` is false, optimizer, loss and metrics, so that
 * training can continue exactly. `source` is a path, a file handle, a `Blob`, the bytes, or an object that one of the `formats` knows. Throws `FormatError` for a damaged file or an
 * unknown format, and `ConfigError` for a class that is not in the registry and for a file with weights only.
 *
 * @example
 * import { Registry } from '@gradus/core'
 * import { Dense } from '@gradus/layers'
 * import { loadModel, Sequential } from '@gradus/models'
 * const bytes = await new Sequential([new Dense({ units: 2, inputShape: [3] })]).toBytes()
 * const model = await loadModel(bytes, { registry: new Registry([Dense]) })
 * model.countParams() // => 8
 */
export async function loadModel<N extends KnownNames>(source: ModelSource, options: LoadOptions<N>): Promise<Model<N>> {
  checkOptions('loadModel', options)
  const { classes, compile = true, formats, files } = options
  const registry = withObjects(options.registry, options.customObjects)
  const { readModelFile } = await modelFiles()
  const file = await readModelFile(source, formats, { ...(files && { files }) })
  if (!file.header.spec)
    throw new ConfigError('The file holds weights only. Build the model, then call model.loadWeights(...).')
  const spec = file.header.seed === undefined ? file.header.spec : { ...file.header.spec, seed: file.header.seed }
  const model = fromSpec(spec, registry, classes)
  if (file.header.inputShapes) model.buildFrom(file.header.inputShapes)
  if (file.header.quantization) await model.restoreQuantization(file.header.quantization)
  const compiled = compile ? file.header.compile : undefined
  if (compiled) model.compile({ ...(compiled as unknown as CompileOptions<N>), registry })
  const found = await model.matched(file, { training: compiled !== undefined })
  await model.setWeights(found.weights)
  if (compiled) await model.restoreTraining(found)
  return model
}

function withObjects(registry: NameResolver, objects: LoadOptions<KnownNames>['customObjects']): NameResolver {
  if (!objects) return registry
  const added = Object.values(objects)
  if (added.every((one) => typeof one === 'function' && 'kind' in one)) {
    return (registry as Registry<AnyDefinition>).with(...added) as NameResolver
  }
  throw new ConfigError('loadModel: customObjects holds classes by name, as in { customObjects: { MyLayer } }.')
}
