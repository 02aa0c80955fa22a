import type { Layer, Rng } from '@gradus/core'
import { type Shape, type Tensor, type Tree, treeForEach, treeLeaves, treeMap } from '@gradus/tensor'
import type { ByLayer, Network } from './network.ts'

/** The tensors that belong to a layer. */
interface Variables {
  readonly params: Tree
  readonly state: Tree
}

/** A layer that is made of layers: a model used as one. */
export interface Composite extends Layer {
  readonly network: Network
}

// Layers are pure; what they have learnt is kept here, by instance, so that models which share a layer share its weights.
const kept = new WeakMap<Layer, Variables>()

export function isComposite(layer: Layer): layer is Composite {
  return 'network' in layer
}

/** Whether some layer computes in float16. */
export function computesInHalves(network: Network): boolean {
  return network.layers.some((layer) =>
    isComposite(layer) ? computesInHalves(layer.network) : layer.computeDType === 'float16',
  )
}

/** Makes the variables of layers that have none yet. */
export function buildVariables(network: Network, rng: Rng): void {
  for (const layer of network.layers) {
    const shape = inputShapeOf(network, layer)
    const own = rng.fork(network.nameOf(layer))
    if (isComposite(layer)) buildVariables(layer.network, own)
    else if (shape && !kept.has(layer)) {
      kept.set(layer, { params: layer.init(own, shape), state: layer.initState(shape) })
    }
  }
}

// Dimensions that are not known do not matter to parameters; they are taken as 1.
function inputShapeOf(network: Network, layer: Layer): Shape | readonly Shape[] | undefined {
  const { inputs, many } = network.calls.find((call) => call.layer === layer)!
  const shapes = inputs.map(({ shape }) => shape.map((d) => d ?? 1))
  return many ? shapes : shapes[0]
}

/** The variables of a network as trees by layer name. */
export function readVariables(network: Network): { params: ByLayer; state: ByLayer } {
  const params: Record<string, Tree> = {}
  const state: Record<string, Tree> = {}
  for (const layer of network.layers) {
    const own: Variables | undefined = isComposite(layer) ? readVariables(layer.network) : kept.get(layer)
    if (!own) continue
    const name = network.nameOf(layer)
    if (hasLeaves(own.params)) params[name] = own.params
    if (hasLeaves(own.state)) state[name] = own.state
  }
  return { params, state }
}

/** Replaces variables; layers that the trees leave out keep theirs. */
export function writeVariables(network: Network, { params, state }: { params?: ByLayer; state?: ByLayer }): void {
  for (const layer of network.layers) {
    const name = network.nameOf(layer)
    if (isComposite(layer)) {
      writeVariables(layer.network, { params: params?.[name] as ByLayer, state: state?.[name] as ByLayer })
    } else {
      const old = kept.get(layer)
      if (old) kept.set(layer, { params: params?.[name] ?? old.params, state: state?.[name] ?? old.state })
    }
  }
}

function hasLeaves(tree: Tree): boolean {
  return treeLeaves(tree).length > 0
}

/** Parameters by whether training changes them. */
export function splitByTrainable(network: Network, params: ByLayer): { trainable: ByLayer; frozen: ByLayer } {
  const trainable: Record<string, Tree> = {}
  const frozen: Record<string, Tree> = {}
  for (const [name, tree] of Object.entries(params)) {
    const layer = network.find(name)!
    if (!layer.trainable) frozen[name] = tree
    else if (isComposite(layer)) {
      const inner = splitByTrainable(layer.network, tree as ByLayer)
      if (hasLeaves(inner.trainable)) trainable[name] = inner.trainable
      if (hasLeaves(inner.frozen)) frozen[name] = inner.frozen
    } else trainable[name] = tree
  }
  return { trainable, frozen }
}

/** Two trees by layer name as one; nested models are merged in turn. */
export function mergeByLayer(network: Network, a: ByLayer, b: ByLayer): ByLayer {
  const merged: Record<string, Tree> = { ...a }
  for (const [name, tree] of Object.entries(b)) {
    const layer = network.find(name)!
    merged[name] =
      name in a && isComposite(layer) ? mergeByLayer(layer.network, a[name] as ByLayer, tree as ByLayer) : tree
  }
  return merged
}

/** One variable of a network with the layer it belongs to. */
export interface Variable {
  /** Layer names and the key, joined by dots: `dense.kernel`. */
  readonly path: string
  readonly layer: Layer
  readonly key: string
  readonly value: Tensor
  readonly trainable: boolean
}

/** The variables of a network in Keras's order: layer by layer, the trained ones first. */
export function listVariables(
  network: Network,
  trees = readVariables(network),
  prefix = '',
  trains = true,
): Variable[] {
  const list: Variable[] = []
  for (const layer of network.layers) {
    const name = network.nameOf(layer)
    const path = prefix + name
    const trainable = trains && layer.trainable
    if (isComposite(layer)) {
      const inner = { params: (trees.params[name] ?? {}) as ByLayer, state: (trees.state[name] ?? {}) as ByLayer }
      list.push(...listVariables(layer.network, inner, `${path}.`, trainable))
      continue
    }
    for (const kind of ['params', 'state'] as const) {
      treeForEach(trees[kind][name] ?? {}, (value, key) => {
        list.push({ path: `${path}.${key}`, layer, key, value, trainable: kind === 'params' && trainable })
      })
    }
  }
  return list
}

/** Parameters with `map` applied to each, which is told the layer and the key. */
export function mapParameters(
  network: Network,
  params: ByLayer,
  map: (value: Tensor, layer: Layer, key: string) => Tensor,
): ByLayer {
  return Object.fromEntries(
    Object.entries(params).map(([name, tree]) => {
      const layer = network.find(name)!
      if (isComposite(layer)) return [name, mapParameters(layer.network, tree as ByLayer, map)]
      const keys: string[] = []
      treeForEach(tree, (_, key) => keys.push(key))
      let next = 0
      return [name, treeMap((value) => map(value, layer, keys[next++]!), tree)]
    }),
  )
}

/** The first parameters and states of a network's layers, without keeping them. */
export function initTrees(network: Network, rng: Rng): { params: ByLayer; state: ByLayer } {
  const params: Record<string, Tree> = {}
  const state: Record<string, Tree> = {}
  for (const layer of network.layers) {
    const shape = inputShapeOf(network, layer)
    if (!shape) continue
    const name = network.nameOf(layer)
    params[name] = layer.init(rng.fork(name), shape)
    state[name] = layer.initState(shape)
  }
  return { params, state }
}

/** The variables of a network with other tensors in their places, in the order of `listVariables`. */
export function replaceVariables(network: Network, tensors: readonly Tensor[]): { params: ByLayer; state: ByLayer } {
  const byOld = new Map(listVariables(network).map(({ value }, index) => [value, tensors[index]!]))
  return treeMap((value) => byOld.get(value)!, readVariables(network))
}
