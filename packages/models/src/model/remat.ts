import { checkpoint } from '@gradus/autograd'
import {
  type BaseLayer,
  type Call,
  type CallWrapper,
  Forward,
  type ForwardPass,
  knownShapes,
  type LayerVariables,
  layersWithin,
  mapLeaves,
  maskOf,
  setMask,
  wrapCalls,
  wrapperOf,
} from '@gradus/core'
import { inferShapes, isFloat, Tensor, type Tree, treeLeaves, treeReplace } from '@gradus/tensor'

/**
 * Makes training compute the values within a layer again in the backward pass instead of keeping them: less memory for more time.
 * What the layer computes is the same. The layer may be a block of layers or a model; in a list, each layer is treated so. Returns
 * the argument. Steps that are compiled already keep the values. Keras: `RematScope`, `remat`.
 *
 * @example
 * import { Dense } from '@gradus/layers'
 * import { remat, Sequential } from '@gradus/models'
 * const block = () => remat(new Sequential([new Dense({ units: 8, activation: 'gelu' }), new Dense({ units: 8 })]))
 * const model = new Sequential([block(), block(), new Dense({ units: 1 })])
 * model.build([null, 8]).countParams() // => 297
 */
export function remat<L extends BaseLayer | readonly BaseLayer[]>(layers: L): L {
  for (const layer of [layers].flat() as BaseLayer[]) {
    const inner = wrapperOf(layer)
    if (inner && recomputing.has(inner)) continue
    const wrapper = recomputingCalls(layer, inner)
    recomputing.add(wrapper)
    wrapCalls(layer, wrapper)
  }
  return layers
}

const recomputing = new WeakSet<CallWrapper>()

/** The results of a call: outputs and their masks, added losses, and the variables that the call set. */
interface Results {
  readonly outputs: Tree
  readonly masks: readonly (Tensor | undefined)[]
  readonly losses: readonly Tensor[]
  readonly states: ReadonlyMap<BaseLayer, Tree>
  readonly params: ReadonlyMap<BaseLayer, Tree>
}

function recomputingCalls(layer: BaseLayer, inner: CallWrapper | undefined): CallWrapper {
  const run = (forward: ForwardPass, inputs: Tree, call: Call) =>
    inner ? inner(forward, inputs, call) : forward.run(layer, inputs, call)
  const wrapper: CallWrapper = (forward, given, call) => {
    if (!call.training || !forward.knows(layer)) return run(forward, given, call)
    // all tensors that may have gradients are arguments: a checkpoint has none for what its function refers to
    const variables = new Map<BaseLayer, LayerVariables>()
    for (const { layer: within } of layersWithin(layer)) {
      const found = knownShapes(within) && forward.knows(within) && forward.variablesOf(within, given)
      if (found) variables.set(within, found)
    }
    const all = [given, call.options ?? {}, call.params ?? {}, ...[...variables.values()].map(({ params }) => params)]
    const args = floatsIn(all)
    const body = (values: readonly Tensor[]): Results => {
      const byTensor = new Map(args.map((arg, index) => [arg, values[index]!]))
      const replaced = <T>(tree: T): T => mapLeaves(tree, (x) => replacedBy(x as Tensor, byTensor)) as T
      const current = new Map(
        [...variables].map(([of, { params, state }]) => [of, { params: replaced(params), state }]),
      )
      const nested = new Forward({ of: (called, inputs) => current.get(called) ?? forward.variablesOf(called, inputs) })
      const outputs = run(nested, replaced(given), {
        ...call,
        ...(call.options && { options: replaced(call.options) }),
        ...(call.params && { params: replaced(call.params) }),
      })
      const { losses, states, params } = nested
      return { outputs, masks: treeLeaves(outputs).map(maskOf), losses, states, params }
    }
    const shapes = inferShapes(() => body(args.map(({ shape, dtype }) => new Tensor({ shape, dtype }))))
    const made = leavesOf(shapes).map((_, index) =>
      checkpoint((...values: readonly Tensor[]) => leavesOf(body(values))[index]!)(...args),
    )
    return kept(forward, shapes, made)
  }
  return Object.assign(wrapper, inner?.saved && { saved: inner.saved })
}

/** Passes the results of a call on to the forward pass and returns the outputs. `leaves` are those of `shapes`, with values. */
function kept(forward: ForwardPass, shapes: Results, leaves: readonly Tensor[]): Tree {
  let next = 0
  const take = <T extends Tree>(tree: T): T => {
    const size = treeLeaves(tree).length
    return treeReplace(tree, leaves.slice(next, (next += size)))
  }
  const outputs = take(shapes.outputs)
  const masks = shapes.masks.map((mask) => mask && leaves[next++]!)
  treeLeaves(outputs).forEach((output, index) => setMask(output, masks[index]))
  for (const loss of shapes.losses) forward.losses.push(take(loss))
  for (const [layer, state] of shapes.states) forward.states.set(layer, take(state))
  for (const [layer, params] of shapes.params) forward.params.set(layer, take(params))
  return outputs
}

function leavesOf({ outputs, masks, losses, states, params }: Results): Tensor[] {
  const all = [outputs, masks.filter((mask) => mask !== undefined), losses, [...states.values()], [...params.values()]]
  return all.flatMap(treeLeaves)
}

/** The floating tensors in values, each once. */
function floatsIn(values: readonly unknown[]): Tensor[] {
  const found = new Set<Tensor>()
  mapLeaves(values, (x) => x instanceof Tensor && isFloat(x.dtype) && found.add(x))
  return [...found]
}

/** The tensor that replaces `x`, with its mask; `x` itself if there is none. */
function replacedBy(x: Tensor, byTensor: ReadonlyMap<Tensor, Tensor>): Tensor {
  const value = byTensor.get(x)
  if (!value) return x
  setMask(value, maskOf(x))
  return value
}
