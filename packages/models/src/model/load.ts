import {
  type AnyDefinition,
  ConfigError,
  FormatError,
  isPlainObject,
  knownShapes,
  layersWithin,
  type Registry,
} from '@gradus/core'
import type { FileSource, ModelFile } from '@gradus/io'
import { treeLeaves } from '@gradus/tensor'
import type { CompileOptions, KnownNames, LossFunction, NameResolver } from '../objective/index.ts'
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
  /**
   * Further classes and functions that the file names, such as a layer and a loss function of your own: `{ MyLayer, myLoss }`. Keras:
   * `custom_objects`.
   */
  readonly customObjects?: Readonly<Record<string, AnyDefinition | LossFunction>>
  /** Whether the model is compiled as it was when it was saved, optimizer state included (default true). */
  readonly compile?: boolean
}

/**
 * Reads a model that `save` wrote: layers, weights and, unless `compile` is false, optimizer, loss and metrics, so that
 * training can continue exactly. `source` is a path, a file handle, a `Blob`, the bytes, or an object that one of the `formats` knows. Throws `FormatError` for a damaged file or an
 * unknown format, and `ConfigError` for a class that is not in the registry, for a loss or metric function of the program that is not
 * among `customObjects`, and for a file with weights only.
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
  const file = await readModelFile(source, formats, { ...(files && { files }), weightsOnly: !compile })
  if (!file.header.spec)
    throw new ConfigError('The file holds weights only. Build the model, then call model.loadWeights(...).')
  const spec = file.header.seed === undefined ? file.header.spec : { ...file.header.spec, seed: file.header.seed }
  const model = fromSpec(spec, registry, classes)
  requireCapacity(model, file)
  if (file.header.inputShapes) model.buildFrom(file.header.inputShapes)
  if (file.header.table) model.table = file.header.table
  if (file.header.quantization) await model.restoreQuantization(file.header.quantization)
  const compiled = compile ? withFunctions(file.header.compile, options.customObjects ?? {}) : undefined
  if (compiled) model.compile({ ...(compiled as unknown as CompileOptions<N>), registry })
  // a stack that was never called has no weights yet
  const isUncalled = !model.network && model.knownShape === undefined && !file.header.inputShapes
  if (isUncalled && !file.resolve && file.weights.length === 0) return model
  const found = await model.matched(file, { training: compiled !== undefined })
  await model.setWeights(found.weights)
  if (compiled) await model.restoreTraining(found)
  return model
}

/**
 * Throws `FormatError` for a model with several times as many numbers as the file can hold, before memory is taken for them. The exact
 * comparison by weights follows later.
 */
function requireCapacity<N extends KnownNames>(model: Model<N>, { capacity, weights }: ModelFile): void {
  const stored = capacity?.() ?? weights.reduce((sum, { data }) => sum + data.length, 0)
  let wanted = 0
  if (model.knownShape) void model.outputs // connects the layers of a stack, so that their shapes are known
  for (const { layer } of layersWithin(model))
    for (const { shape } of treeLeaves(knownShapes(layer)?.params ?? {})) wanted += shape.reduce((a, b) => a * b, 1)
  if (wanted > 4 * stored + 2 ** 22) {
    throw new FormatError(
      `The layers of the file need ${wanted} numbers, and the file can hold ${stored} at most. It is damaged, or its description belongs to other weights. Save the model again.`,
    )
  }
}

function withObjects(registry: NameResolver, objects: LoadOptions<KnownNames>['customObjects']): NameResolver {
  if (!objects) return registry
  const given = Object.values(objects)
  if (given.every((one) => typeof one === 'function')) {
    const added = given.filter((one) => 'kind' in one) as AnyDefinition[]
    // a new registry looks at all its definitions
    return added.length === 0 ? registry : ((registry as Registry<AnyDefinition>).with(...added) as NameResolver)
  }
  throw new ConfigError(
    'loadModel: customObjects holds classes and functions by name, as in { customObjects: { MyLayer } }.',
  )
}

/** Replaces the functions that the options of `compile` in a file name by those of `customObjects`. Throws `ConfigError` if one is missing. */
function withFunctions<T>(options: T, objects: Readonly<Record<string, unknown>>): T {
  const functionOf = (name: string) => {
    const found = Object.hasOwn(objects, name) ? objects[name] : undefined
    return typeof found === 'function' && !('kind' in found) ? found : undefined
  }
  const visit = (item: unknown): unknown => {
    if (typeof item === 'string') return functionOf(item) ?? item
    if (Array.isArray(item)) return item.map(visit)
    if (!isPlainObject(item) || ['loss', 'metric', 'optimizer'].some((kind) => typeof item[kind] === 'string'))
      return item
    const { function: name } = item
    if (typeof name === 'string') return functionOf(name) ?? missing(name)
    return mapEntries(item)
  }
  const mapEntries = (item: object) =>
    Object.fromEntries(Object.entries(item).map(([key, entry]) => [key, visit(entry)]))
  return options && (mapEntries(options) as T)
}

function missing(name: string): never {
  const remedy = name
    ? `Give it, as in loadModel(file, { customObjects: { ${name} } }), or load`
    : 'Give the function a name before you save the model, or load'
  throw new ConfigError(
    `The model was compiled with ${name ? `the function '${name}'` : 'a function without a name'}, which is not in the file. ${remedy} with { compile: false } and compile the model yourself.`,
  )
}
