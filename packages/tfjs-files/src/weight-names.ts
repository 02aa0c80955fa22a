import { snakeCase } from '@gradus/core'
import type { LayerOutline, WeightOutline } from '@gradus/io'
import type { Names } from './to-tfjs.ts'

/** Gives the layers of a model and of the models in it names that occur once, by their paths. */
export function layerNames(root: LayerOutline): Names {
  const names = new Map<string, string>()
  const taken = new Set<string>()
  const visit = (layer: LayerOutline, path: string): void => {
    for (const inner of layer.sublayers) {
      const at = `${path}${inner.name}`
      let name = validName(inner.name)
      for (let copy = 1; taken.has(name); copy++) name = `${validName(inner.name)}_${path.replace(/\W/g, '_')}${copy}`
      taken.add(name)
      names.set(at, name)
      if (inner.isModel) visit(inner, `${at}.`)
      // the model in a wrapper such as `TimeDistributed`
      else for (const wrapped of inner.sublayers) if (wrapped.isModel) visit(wrapped, `${at}.${wrapped.name}.`)
    }
  }
  visit(root, '')
  return names
}

/** TensorFlow.js allows letters, digits and a few signs. */
function validName(name: string): string {
  return name.replace(/[^A-Za-z0-9_.\\/>-]/g, '_').replace(/^[^A-Za-z0-9.]+/, '') || 'layer'
}

/** The names of weights in a file of TensorFlow.js, by the paths of the weights. `configs` are the layers as they are written. */
export function weightNames(root: LayerOutline, names: Names, innerName: (layer: string, wrapped: string) => string) {
  const found = new Map<string, string>()
  const add = (weights: readonly WeightOutline[], scope: string, type: string) => {
    for (const { path, key } of weights) if (!found.has(path)) found.set(path, `${scope}/${keyName(type, key)}`)
  }
  const within = (layer: LayerOutline, scope: string, name: string, path: string): void => {
    add(layer.weights, scope, layer.type)
    for (const inner of layer.sublayers) {
      const at = `${path}${inner.name}.`
      if (inner.isModel) visit(inner, at)
      else within(inner, scope + scopeOf(layer, inner, name, innerName), name, at)
    }
  }
  const visit = (model: LayerOutline, path: string): void => {
    for (const layer of model.sublayers) {
      const at = `${path}${layer.name}`
      const name = names.get(at) ?? layer.name
      if (layer.isModel) visit(layer, `${at}.`)
      else within(layer, name, name, `${at}.`)
    }
  }
  visit(root, '')
  return found
}

/** What the name of an inner layer adds to the names of weights: nothing but in wrappers of two directions and stacks of cells. */
function scopeOf(
  outer: LayerOutline,
  inner: LayerOutline,
  name: string,
  innerName: (layer: string, wrapped: string) => string,
): string {
  if (outer.type === 'Bidirectional') return `/${innerName(name, inner.name)}`
  const [, index] = (outer.type === 'StackedRNNCells' && /^cells\.(\d+)$/.exec(inner.name)) || []
  return index === undefined ? '' : `/RNNCell_${index}`
}

function keyName(type: string, key: string): string {
  if (type === 'DepthwiseConv2D' && key === 'kernel') return 'depthwise_kernel'
  return snakeCase(key)
}
