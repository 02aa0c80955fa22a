import { FormatError, type WeightValue } from '@gradus/core'
import type { LayerOutline, ModelOutline, ResolveOptions } from '@gradus/io'
import type { NewGroup } from '../hdf5/new-group.ts'
import type { Hdf5Group, Values } from '../hdf5/read-hdf5.ts'
import { allWeights, firstStates } from './all-weights.ts'
import { Collected } from './collected.ts'
import { sublayerPaths } from './keras-names.ts'
import { separateMatrices, storedValue, storedWeights } from './stored-weights.ts'

// In a weights file of Keras 3 every layer is a group with the group `vars`, in which its weights are numbered.
const variables = 'vars'
/** The dataset with the weights of tokens. */
const idfName = 'idf_weights'

/** The weights of a model in a weights file of Keras 3. Throws `FormatError`, with the place, for a file of other layers. */
export function readLayerGroups(
  root: Hdf5Group,
  { layers }: Pick<ModelOutline, 'layers'>,
  options: ResolveOptions,
): WeightValue[] {
  if (options.byName)
    throw new FormatError(
      'byName needs a file with the names of layers: one of whole models (.h5), or safetensors. A .weights.h5 numbers them by class.',
    )
  const collected = new Collected(options)
  const visit = (layer: LayerOutline, group: Hdf5Group | undefined, path: string): void => {
    const weights = storedWeights(layer)
    if (group) collected.add(separateMatrices(layer))
    const vars = group?.group(variables)
    if (weights.length > 0 && !collected.has(weights)) {
      const place = `group '${path || variables}'`
      if (vars) collected.take(weights, numbered(vars), `the ${place}`)
      else collected.miss(weights, `there is no ${place}`)
    }
    for (const sublayer of sublayerPaths(layer)) {
      const at = `${path ? `${path}/` : ''}${sublayer.path}`
      visit(sublayer.layer, group && groupAt(group, sublayer.path), at)
    }
  }
  visit(layers, root, '')
  return [...collected.all(allWeights(layers)), ...firstStates(layers)]
}

/** The group at a path with slashes; in files of early versions of Keras 3 `layers` has another name. */
function groupAt(group: Hdf5Group, path: string): Hdf5Group | undefined {
  const [first = '', ...rest] = path.split('/')
  const found = group.group(first) ?? (first === 'layers' ? group.group('_layer_checkpoint_dependencies') : undefined)
  return rest.length === 0 ? found : found && groupAt(found, rest.join('/'))
}

/** The numbered datasets of a group, in their order. */
export function numbered(group: Hdf5Group): Values[] {
  return group.names.map((_, index) => {
    const found = group.values(String(index))
    if (found) return found
    throw new FormatError(
      `${group.title} has ${group.names.length} entries, and none of them is '${index}': ${group.names.join(', ').slice(0, 200)}. Its datasets must be numbered from 0.`,
    )
  })
}

/** Adds the weights of a model to the root of a weights file of Keras 3. */
export function writeLayerGroups(
  root: NewGroup,
  { layers }: Pick<ModelOutline, 'layers'>,
  weights: readonly WeightValue[],
): void {
  const byPath = new Map(weights.map((weight) => [weight.path, weight]))
  const written = new Set<string>()
  const visit = (layer: LayerOutline, group: NewGroup): void => {
    const vars = group.at(variables)
    vars.attributes.set('name', layer.name.split('.').at(-1)!)
    for (const [index, weight] of storedWeights(layer).entries())
      vars.add(String(index), storedValue(layer, weight, byPath))
    writeIdfWeights(layer, group)
    for (const sublayer of sublayerPaths(layer)) {
      const own = allWeights(sublayer.layer).map(({ path }) => path)
      // Keras keeps a layer that several hold in the first place
      if (own.length > 0 && own.every((path) => written.has(path))) continue
      visit(sublayer.layer, group.at(sublayer.path))
      for (const path of own) written.add(path)
    }
  }
  visit(layers, root)
}

/** Adds the weights of tokens, which Keras keeps beside the vocabulary; a TextVectorization has them a second time in its lookup. */
function writeIdfWeights({ type, idfWeights }: LayerOutline, group: NewGroup): void {
  if (!idfWeights) return
  const value = { dtype: 'float32', shape: [idfWeights.length], data: Float32Array.from(idfWeights) } as const
  group.at(variables).add(idfName, value)
  if (type === 'TextVectorization') group.at(`_lookup_layer/${variables}`).add(idfName, value)
}

/** The weights of tokens in the group of a layer; undefined if it has none. */
export function idfWeightsAt(root: Hdf5Group, path: string): readonly number[] | undefined {
  const found = groupAt(root, `${path}/${variables}`)?.values(idfName)
  return found && Array.from(found.data, Number)
}
