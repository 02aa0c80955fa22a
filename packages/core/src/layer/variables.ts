import {
  cast,
  type DType,
  formatShape,
  inferShapes,
  type Shape,
  ShapeError,
  sameShape,
  Tensor,
  type TensorValues,
  type Tree,
  tensor,
  tidy,
  treeForEach,
  treeLeaves,
  treeMap,
} from '@gradus/tensor'
import { adopt, apply, collect, identityOp, keepTensors } from '@gradus/tensor/internals'
import { wrongResult } from '../config/own-methods.ts'
import type { Rng } from '../rng.ts'
import { isPlainObject } from '../structure.ts'
import type { BaseLayer, InputShape } from './base-layer.ts'
import type { LayerVariables } from './call-wrapper.ts'
import type { VariableSource } from './forward.ts'
import { knownShapes, type LayerShapes } from './known-shapes.ts'
import { layersWithin, type NestedLayer } from './layers-within.ts'
import { titleOf } from './title.ts'

/** Parameters or states of a layer and its nested layers, by path, such as `encoder.dense`. */
export type LayerTrees = Readonly<Record<string, Tree>>

// Layers are pure. Their variables are kept here by instance, so that models that share a layer share its weights.
const kept = new WeakMap<BaseLayer, LayerVariables>()

/** The variables that are kept for a layer, without those of nested layers; undefined before it is built. */
export function variablesOf(layer: BaseLayer): LayerVariables | undefined {
  return kept.get(layer)
}

/** Whether a layer or one of its nested layers was called and has no variables yet. */
export function lacksVariables(root: BaseLayer): boolean {
  return layersWithin(root).some(({ layer }) => !kept.has(layer) && knownShapes(layer))
}

/** Makes the missing variables of a layer and its nested layers, for the input shapes of their first calls. */
export function buildVariables(root: BaseLayer, rng: Rng): void {
  for (const { layer, path } of layersWithin(root)) {
    const found = kept.has(layer) ? undefined : knownShapes(layer)
    // layer by layer, because the tensors between random bits and weights take ten times the memory of the weights
    if (found)
      kept.set(
        layer,
        tidy(() => initVariables(layer, found, rngAt(rng, path))),
      )
  }
}

/** The input shapes of a layer and its nested layers at their first calls, by path, for `buildFrom`. */
export function inputShapesOf(root: BaseLayer): Record<string, InputShape> {
  const entries = layersWithin(root).map(({ layer, path }) => [path, knownShapes(layer)?.input] as const)
  return Object.fromEntries(entries.filter(([, shape]) => shape !== undefined)) as Record<string, InputShape>
}

/** Makes the missing variables of a layer and its nested layers from their input shapes, by path; they need no call. */
export function buildFrom(root: BaseLayer, shapes: Readonly<Record<string, InputShape>>, rng: Rng): void {
  // a layer may make sublayers in `init`, so the search repeats until there are no new ones
  for (let known = -1, layers = layersWithin(root); layers.length > known; layers = layersWithin(root)) {
    known = layers.length
    for (const { layer, path } of layers) {
      const input = shapes[path]
      if (!input || kept.has(layer)) continue
      inferShapes(() => initialParams(layer, rng, input)) // on shapes, to find weights that are too large
      kept.set(
        layer,
        tidy(() => initVariables(layer, { input }, rngAt(rng, path))),
      )
    }
  }
}

/**
 * The initial variables of a layer, without those of nested layers. Tensors that `init` did not make, or returned twice, are
 * copied, because training overwrites variables.
 */
export function initVariables(layer: BaseLayer, { input }: Pick<LayerShapes, 'input'>, rng: Rng): LayerVariables {
  const { result, created } = collect(() => ({
    params: initialParams(layer, rng, input),
    state: initialState(layer, rng.fork('state'), input),
  }))
  adopt(created)
  return treeMap((x) => (x.concrete && !created.delete(x) ? apply(identityOp, [x], null) : x), result) as LayerVariables
}

/** The result of `init`. Throws `TypeError` if it is not a tree of tensors. */
export function initialParams(layer: BaseLayer, rng: Rng, input: InputShape): Tree {
  return treeOfTensors(`${titleOf(layer)}.init`, layer.init(rng, input))
}

/** The result of `initState`. Throws `TypeError` if it is not a tree of tensors. */
export function initialState(layer: BaseLayer, rng: Rng, input: InputShape): Tree {
  return treeOfTensors(`${titleOf(layer)}.initState`, layer.initState(rng, input))
}

function treeOfTensors(method: string, made: object): Tree {
  const check = (value: unknown, at: string): void => {
    if (value instanceof Tensor) requireSize(method, value, at)
    else if (value === undefined && at !== '') return
    else if (Array.isArray(value)) value.forEach((entry, index) => check(entry, `${at}[${index}]`))
    else if (isPlainObject(value)) for (const key of Object.keys(value)) check(value[key], `${at}.${key}`)
    else {
      throw wrongResult(method, value, at === '' ? 'tensors by name' : `a tensor in ${at.replace(/^[.]/, '')}`)
    }
  }
  check(made, '')
  return made as Tree
}

/** The largest number of elements of a weight: 1 GiB in float32. */
export const maxWeight = 2 ** 28

/** Throws `ShapeError` for a weight that is too large. Layers are run on shapes before they are built, so none is made before. */
function requireSize(method: string, { shape, size }: Tensor, at: string): void {
  if (size <= maxWeight) return
  throw new ShapeError(
    `${method}: the weight${at.replace(/^[.]?/, ' ')} has the shape ${formatShape(shape)}; a weight holds at most ${maxWeight} numbers.`,
  )
}

/** The stream of the layer at a path, within the stream of the outer layer. */
export function rngAt(rng: Rng, path: string): Rng {
  return path === '' ? rng : path.split('.').reduce((stream, name) => stream.fork(name), rng)
}

/** A layer, or the list that `layersWithin` returns for it, which saves repeated searches. */
export type LayerSet = BaseLayer | readonly NestedLayer[]

function layersIn(set: LayerSet): readonly NestedLayer[] {
  return Array.isArray(set) ? set : layersWithin(set as BaseLayer)
}

/** The variables of a layer and its nested layers, by path. */
export function readVariables(root: LayerSet): { params: LayerTrees; state: LayerTrees } {
  const params: Record<string, Tree> = {}
  const state: Record<string, Tree> = {}
  for (const { layer, path } of layersIn(root)) {
    const variables = kept.get(layer)
    if (!variables) continue
    if (hasLeaves(variables.params)) params[path] = variables.params
    if (hasLeaves(variables.state)) state[path] = variables.state
  }
  return { params, state }
}

/** Replaces the variables of a layer and its nested layers. Layers without an entry in the trees keep theirs. */
export function writeVariables(root: LayerSet, { params, state }: { params?: LayerTrees; state?: LayerTrees }): void {
  for (const { layer, path } of layersIn(root)) {
    const old = kept.get(layer)
    if (!old) continue
    const given = params?.[path]
    kept.set(layer, { params: given ? mergeTree(old.params, given) : old.params, state: state?.[path] ?? old.state })
  }
}

/** Replaces the variables of a layer, without those of nested layers, by others, which may have other names. */
export function replaceVariables(layer: BaseLayer, variables: LayerVariables): void {
  kept.set(layer, variables)
}

/** The parameters of two parts of a model. A layer may have some of its parameters in each. */
export function mergeParameters(first: LayerTrees, second: LayerTrees): LayerTrees {
  const merged = { ...first, ...second }
  for (const [path, tree] of Object.entries(second)) if (first[path]) merged[path] = mergeTree(first[path], tree)
  return merged
}

/** `second` with the keys that only `first` has; `second` itself if there are none. */
function mergeTree(first: Tree, second: Tree): Tree {
  if (!isPlainObject(first) || !isPlainObject(second)) return second
  return Object.keys(first).every((key) => key in second) ? second : ({ ...first, ...second } as Tree)
}

function hasLeaves(tree: Tree): boolean {
  return treeLeaves(tree).length > 0
}

/**
 * A source of variables for a forward pass that reads them from trees. A layer without an entry has no variables if it was
 * called before; for one that was never called, `of` returns undefined, because it may need some.
 */
export function variablesFrom(
  root: BaseLayer,
  trees: { readonly params: LayerTrees; readonly state: LayerTrees },
): VariableSource {
  const paths = new Map(layersWithin(root).map(({ layer, path }) => [layer, path]))
  return {
    of(layer) {
      const path = paths.get(layer)
      const [params, state] = path === undefined ? [] : [trees.params[path], trees.state[path]]
      return params || state || knownShapes(layer) ? { params: params ?? {}, state: state ?? {} } : undefined
    },
  }
}

/** The parameters split into those that training changes and those that it does not. */
export function splitByTrainable(
  root: LayerSet,
  params: LayerTrees,
): { trainable: Record<string, Tree>; frozen: Record<string, Tree> } {
  const trainable: Record<string, Tree> = {}
  const frozen: Record<string, Tree> = {}
  for (const { layer, path, trained } of layersIn(root)) {
    const tree = params[path]
    if (!tree) continue
    const keys = trained && isPlainObject(tree) ? Object.keys(tree).filter((key) => layer.isFrozen(key)) : []
    if (keys.length === 0) (trained ? trainable : frozen)[path] = tree
    else {
      const entries = Object.entries(tree)
      trainable[path] = Object.fromEntries(entries.filter(([key]) => !keys.includes(key)))
      frozen[path] = Object.fromEntries(entries.filter(([key]) => keys.includes(key)))
    }
  }
  return { trainable, frozen }
}

/** One variable of a layer. Its members read the layer, so they show the value after training, too. */
export class Variable {
  constructor(
    /** The path of the layer and the key, joined by a dot: `encoder.dense.kernel`. */
    readonly path: string,
    readonly layer: BaseLayer,
    /** The name within the layer, such as `kernel`. */
    readonly key: string,
    readonly trainable: boolean,
    private readonly kind: 'params' | 'state',
    private readonly index: number,
  ) {}

  /** The present value. Training disposes of it: read it, do not keep it. */
  get value(): Tensor {
    return treeLeaves(kept.get(this.layer)![this.kind])[this.index]!
  }

  /** The same as `key`. */
  get name(): string {
    return this.key
  }

  get shape(): Shape {
    return this.value.shape
  }

  get dtype(): DType {
    return this.value.dtype
  }

  /**
   * Sets the value to a tensor, a number or nested numbers of the same shape. Throws `ShapeError` for another shape.
   *
   * @example
   * import { Dense } from '@gradus/layers'
   * const layer = new Dense({ units: 1 }).build([null, 2])
   * const [kernel] = layer.weights
   * kernel.assign([[1], [2]])
   * kernel.value.array() // => [[1], [2]]
   */
  assign(value: Tensor | TensorValues): void {
    const { layer, kind, path } = this
    const old = this.value
    const next = tidy(() => {
      const given = value instanceof Tensor ? value : tensor(value, { dtype: old.dtype })
      if (!sameShape(given.shape, old.shape)) {
        throw new ShapeError(
          `assign: '${path}' has the shape ${formatShape(old.shape)} and was given ${formatShape(given.shape)}.`,
        )
      }
      return apply(identityOp, [cast(given, old.dtype)], null)
    })
    keepTensors([next])
    const variables = kept.get(layer)!
    kept.set(layer, { ...variables, [kind]: treeMap((leaf) => (leaf === old ? next : leaf), variables[kind]) })
    old.dispose()
  }
}

/** The variables of a layer and its nested layers in Keras's order: layer by layer, parameters before state. */
export function listVariables(root: LayerSet): Variable[] {
  return layersIn(root).flatMap(({ layer, path, trained }) => {
    const variables = kept.get(layer)
    if (!variables) return []
    const list: Variable[] = []
    for (const kind of ['params', 'state'] as const) {
      let index = 0
      treeForEach(variables[kind], (_, key) => {
        const trainable = kind === 'params' && trained && !layer.isFrozen(key)
        list.push(new Variable(path ? `${path}.${key}` : key, layer, key, trainable, kind, index++))
      })
    }
    return list
  })
}
