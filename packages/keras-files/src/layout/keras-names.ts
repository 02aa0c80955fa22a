import { snakeCase } from '@gradus/core'
import type { LayerOutline } from '@gradus/io'

/** A layer and the name under which Keras keeps its weights, in a path with slashes. */
export interface NamedLayer {
  readonly path: string
  readonly layer: LayerOutline
}

/** Classes that Keras exports under another name than their own. */
const classNames: Readonly<Record<string, string>> = { GroupQueryAttention: 'grouped_query_attention' }

/** Attributes of Keras's layers that have other names than the properties here: of all classes, and of one. */
const attributes: Readonly<Record<string, string>> = {
  inner: 'layer',
  gateDense: '_gate_dense',
  'GroupQueryAttention.queryDense': '_query_dense',
  'GroupQueryAttention.keyDense': '_key_dense',
  'GroupQueryAttention.valueDense': '_value_dense',
  'GroupQueryAttention.outputDense': '_output_dense',
}

/**
 * The layers within a layer with their paths in a weights file of Keras 3. The layers of a model are in `layers`, by class: `dense`,
 * `dense_1`. Those that a layer calls have the names of its attributes; those in lists are named by class.
 */
export function sublayerPaths({ type, isModel, isSubclass, sublayers }: LayerOutline): NamedLayer[] {
  const used = new Map<string, number>()
  const byClass = (folder: string, layer: LayerOutline) =>
    `${folder}/${unique(folder, classNames[layer.type] ?? snakeCase(layer.type), used)}`
  if (isModel) {
    return sublayers.filter(isLayer).map((layer) => ({ path: byClass('layers', layer), layer }))
  }
  return sublayers.map((layer) => {
    // of a class Keras visits the attributes by name, and among them `layers`, the list of all layers
    const listed = isSubclass ? byClass('layers', layer) : ''
    const [attribute = '', ...rest] = layer.name.split('.')
    const name = attributes[`${type}.${attribute}`] ?? attributes[attribute] ?? snakeName(attribute)
    if (listed && name > 'layers') return { path: listed, layer }
    return { path: rest.length > 0 ? byClass(name, layer) : name, layer }
  })
}

/** Whether Keras counts a layer among those of a model: an operation between layers is none, and an input has another name. */
function isLayer({ type }: LayerOutline): boolean {
  return type !== 'Operation' && type !== 'Input' && type !== 'InputLayer'
}

/** A name that was not used in the folder: the second `dense` is `dense_1`. */
function unique(folder: string, name: string, used: Map<string, number>): string {
  const key = `${folder}/${name}`
  const count = used.get(key) ?? 0
  used.set(key, count + 1)
  return count === 0 ? name : `${name}_${count}`
}

/** The name of an attribute or a variable: `forwardLayer` is `forward_layer`. */
export function snakeName(name: string): string {
  return name.replace(/(?<=.)[A-Z]/g, (letter) => `_${letter}`).toLowerCase()
}
