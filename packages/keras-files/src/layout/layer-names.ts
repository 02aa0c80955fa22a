import { FormatError, type WeightValue } from '@gradus/core'
import type { LayerOutline, ModelOutline, ResolveOptions } from '@gradus/io'
import type { NewGroup } from '../hdf5/new-group.ts'
import type { Hdf5Group, Values } from '../hdf5/read-hdf5.ts'
import { allWeights, firstStates, trainedFirst } from './all-weights.ts'
import { Collected } from './collected.ts'
import { snakeName } from './keras-names.ts'

// In a file of Keras 2 the weights are in a group for each layer of the model, with the layer's name. Attributes list the names of the
// layers and of the weights in their order. Long lists are in several attributes: `weight_names0`, `weight_names1`.

/** The weights of a model in a file of Keras 2. Throws `FormatError`, with the layer, for a file of other layers. */
export function readNamedLayers(root: Hdf5Group, { layers }: Pick<ModelOutline, 'layers'>, options: ResolveOptions) {
  const collected = new Collected(options)
  const saved = listAttribute(root, 'layer_names').map((name) => ({ name, group: root.group(name) }))
  const own = topLayers(layers)
  const take = (layer: LayerOutline, group: Hdf5Group | undefined, name: string): void =>
    collected.take(trainedFirst(allWeights(layer)), group ? namedValues(group) : [], `the layer '${name}'`)
  if (options.byName) {
    const byName = new Map(saved.map(({ name, group }) => [name, group]))
    for (const layer of own) if (byName.has(layer.name)) take(layer, byName.get(layer.name), layer.name)
  } else {
    const withWeights = saved.filter(({ group }) => group && listAttribute(group, 'weight_names').length > 0)
    const needed = own.filter((layer) => allWeights(layer).length > 0)
    if (withWeights.length !== needed.length) {
      throw new FormatError(
        `The file has weights for ${withWeights.length} layers (${names(withWeights)}), and the model has ${needed.length} layers with weights (${names(needed)}). Build the layers of the model that was saved, or load with { byName: true }.`,
      )
    }
    for (const [index, layer] of needed.entries()) take(layer, withWeights[index]!.group, withWeights[index]!.name)
  }
  const outer = root.group('top_level_model_weights')
  if (layers.weights.length > 0)
    collected.take(trainedFirst(layers.weights), outer ? namedValues(outer) : [], 'the model')
  return [...collected.all(allWeights(layers)), ...firstStates(layers)]
}

function names(layers: readonly { readonly name: string }[]): string {
  return layers
    .map(({ name }) => name)
    .join(', ')
    .slice(0, 500)
}

/** The layers of a model; a layer alone is its own. */
function topLayers(model: LayerOutline): readonly LayerOutline[] {
  return model.sublayers.filter(({ type }) => type !== 'Operation')
}

/** The datasets that the attribute of a group names, in their order. */
export function namedValues(group: Hdf5Group): Values[] {
  return listAttribute(group, 'weight_names').map((name) => {
    const found = group.values(name)
    if (found) return found
    throw new FormatError(`${group.title} has no weight '${name.slice(0, 100)}', which its list names.`)
  })
}

/** A list of texts in an attribute, or in several with numbers. */
function listAttribute({ attributes }: Hdf5Group, name: string): readonly string[] {
  const whole = attributes.get(name)
  if (whole !== undefined) return typeof whole === 'string' ? [whole] : whole
  const parts: string[] = []
  for (let index = 0; attributes.has(`${name}${index}`); index++) {
    const part = attributes.get(`${name}${index}`)!
    parts.push(...(typeof part === 'string' ? [part] : part))
  }
  return parts
}

/** Adds the weights of a model to the group of a file of Keras 2. */
export function writeNamedLayers(
  root: NewGroup,
  { layers }: Pick<ModelOutline, 'layers'>,
  weights: readonly WeightValue[],
): void {
  const byPath = new Map(weights.map((weight) => [weight.path, weight]))
  const own = topLayers(layers)
  root.attributes.set(
    'layer_names',
    own.map(({ name }) => name),
  )
  const add = (name: string, list: readonly { readonly path: string }[]): void => {
    const named = list.map(({ path }) => ({ path, name: path.split('.').map(snakeName).join('/') }))
    writeNamed(root.at(name), named, byPath)
  }
  for (const layer of own) add(layer.name, trainedFirst(allWeights(layer)))
  add('top_level_model_weights', trainedFirst(layers.weights))
}

/** Adds datasets and the list of their names to a group. */
export function writeNamed(
  group: NewGroup,
  list: readonly { readonly path: string; readonly name: string }[],
  byPath: ReadonlyMap<string, WeightValue>,
): void {
  group.attributes.set(
    'weight_names',
    list.map(({ name }) => name),
  )
  for (const { path, name } of list) group.add(name, byPath.get(path)!)
}
