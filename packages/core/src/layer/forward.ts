import { add, cast, type DType, div, isFloat, type Tensor, type Tree, treeLeaves, treeMap } from '@gradus/tensor'
import { checkFields } from '../config/check-fields.ts'
import type { FieldTable } from '../config/fields.ts'
import { asFloat } from '../contracts/alignment.ts'
import { ConfigError } from '../errors.ts'
import type { Rng } from '../rng.ts'
import { leavesOf, mapLeaves } from '../structure.ts'
import { BaseLayer, type CallOptions, type Masks, masksIn, type Scope } from './base-layer.ts'
import { layersWithin } from './layers-within.ts'
import { maskOf, setMask, withMask } from './masks.ts'

/** The tensors that belong to a layer. */
export interface LayerVariables {
  readonly params: Tree
  readonly state: Tree
}

/** Where a forward pass finds the variables of layers. */
export interface VariableSource {
  /** Those of a layer that is called with `inputs`; undefined where none were made for it. */
  of(layer: BaseLayer, inputs: Tree): LayerVariables | undefined
}

/** How a layer is called. */
export interface Call {
  readonly rng: Rng
  readonly training: boolean
  readonly options?: CallOptions & object
  /** Instead of the layer's own. */
  readonly params?: Tree
}

/** One pass through layers: finds their variables, and collects the losses that they add and their new states. */
export class Forward {
  readonly losses: Tensor[] = []
  /** The states that calls have set. */
  readonly states = new Map<BaseLayer, Tree>()

  /** `observe` is told what each layer gave. */
  constructor(
    private readonly variables: VariableSource,
    private readonly observe?: (layer: BaseLayer, outputs: readonly Tensor[]) => void,
  ) {}

  /**
   * Calls a layer. Floating inputs are cast to the dtype that it computes in; where that is not the dtype of its parameters,
   * so are parameters and state, its outputs come in it, and its new state in the dtype of the old one.
   */
  call(layer: BaseLayer, given: Tree, call: Call): Tree {
    const inputs = layer.autocast ? castAll(given, dtypeInside(layer)) : given
    const scope = this.scope(layer, inputs, call)
    const made = layer.apply(inputs, scope)
    const outputs = isMixed(layer) ? castAll(made, layer.computeDType) : made
    this.penalize(layer, treeLeaves(outputs))
    const result = this.mask(layer, inputs, outputs, scope.mask)
    this.observe?.(layer, treeLeaves(result))
    return result
  }

  /** What a call of a layer works with. */
  scope(layer: BaseLayer, inputs: Tree, { rng, training, options = {}, params: others }: Call): LayerScope {
    const { training: own, mask, ...rest } = options as CallOptions & Record<string, unknown>
    const found = this.variables.of(layer, inputs)
    if (!found) throw withoutVariables(layer)
    const params = others ?? found.params
    const state = this.states.get(layer) ?? found.state
    const inside = isMixed(layer) ? dtypeInside(layer) : undefined
    return new LayerScope(this, layer, {
      params: inside ? castFloats(params, inside) : params,
      state: inside ? castFloats(state, inside) : state,
      rng,
      training: own ?? training,
      mask: mask === undefined ? masksOf(inputs) : mask,
      options: rest,
    })
  }

  hasState(layer: BaseLayer): boolean {
    return treeLeaves(this.variables.of(layer, [])?.state).length > 0
  }

  /** Keeps a new state in the form and the dtypes of the old one, so that steps can be repeated on their own results. */
  keep(layer: BaseLayer, next: Tree): void {
    const old = this.states.get(layer) ?? this.variables.of(layer, {})?.state ?? {}
    this.states.set(
      layer,
      treeMap((before, after) => cast(after!, before.dtype), old, next),
    )
  }

  /** Adds the activity regularizer's penalty, divided by the batch size as in Keras. */
  private penalize(layer: BaseLayer, outputs: readonly Tensor[]): void {
    const { activityRegularizer } = layer
    if (!activityRegularizer) return
    const penalties = outputs.map((output) => div(activityRegularizer.loss(asFloat(output)), output.shape[0] ?? 1))
    this.losses.push(penalties.reduce((sum, penalty) => add(sum, penalty)))
  }

  /** Gives each output its mask, unless a sublayer has; a layer that does not hand masks on ends them. */
  private mask(layer: BaseLayer, inputs: Tree, outputs: Tree, given: Masks): Tree {
    const entering = new Set(treeLeaves(inputs))
    const masks = masksIn(layer.computeMask(inputs, given))
    let index = 0
    return mapLeaves(outputs, (leaf) => {
      const output = leaf as Tensor
      const [old, own] = [maskOf(output), masks[index++]]
      // an input that is handed through may be an input of other layers too, and there keeps the mask that it has
      if (entering.has(output)) return withMask(output, own ?? (layer.supportsMasking ? old : undefined))
      if (!old) setMask(output, own)
      return output
    }) as Tree
  }
}

/** What one call of a layer works with. The methods are properties, so that `apply(x, { params, setState })` may take them. */
export class LayerScope implements Scope {
  readonly params: Tree
  readonly state: Tree
  readonly rng: Rng
  readonly training: boolean
  readonly mask: Masks
  readonly options: object
  private readonly calls = new Map<BaseLayer, number>()
  private names: Map<BaseLayer, string> | undefined

  constructor(
    private readonly forward: Forward,
    private readonly layer: BaseLayer,
    given: Pick<Scope, 'rng' | 'training' | 'mask'> & { params: Tree; state: Tree; options: object },
  ) {
    this.params = given.params
    this.state = given.state
    this.rng = given.rng
    this.training = given.training
    this.mask = given.mask
    this.options = given.options
  }

  readonly addLoss = (loss: Tensor): void => {
    this.forward.losses.push(loss)
  }

  readonly setState = (next: Tree): void => {
    this.forward.keep(this.layer, next)
  }

  readonly call = (layer: BaseLayer, inputs: Tree, options?: CallOptions & object): Tensor => {
    return onlyOutput(layer, this.callAll(layer, inputs, options))
  }

  readonly callAll = (layer: BaseLayer, inputs: Tree, options?: CallOptions & object): Tree => {
    return this.forward.call(layer, inputs, this.callOf(layer, options))
  }

  readonly callWith = (params: Tree, layer: BaseLayer, inputs: Tree, options?: CallOptions & object): Tree => {
    return this.forward.call(layer, inputs, { ...this.callOf(layer, options), params })
  }

  readonly of = <L extends BaseLayer>(layer: L, inputs: Tree, options?: CallOptions & object): Scope<L> => {
    return this.forward.scope(layer, inputs, this.callOf(layer, options)) as unknown as Scope<L>
  }

  readonly hasState = (layer: BaseLayer): boolean => {
    return layersWithin(layer).some((within) => this.forward.hasState(within.layer))
  }

  readonly maskOf = (x: Tensor): Tensor | undefined => {
    return maskOf(x)
  }

  private callOf(layer: BaseLayer, options: CallOptions & object = {}): Call {
    if (!(layer instanceof BaseLayer)) {
      throw new ConfigError(`${this.layer.type}: scope.call takes a layer first and then its inputs.`)
    }
    checkCallOptions(layer, options)
    const count = this.calls.get(layer) ?? 0
    this.calls.set(layer, count + 1)
    return { rng: this.rng.fork(this.nameOf(layer)).fork(count), training: this.training, options }
  }

  private nameOf(layer: BaseLayer): string {
    this.names ??= new Map(Object.entries(this.layer.sublayers()).map(([name, sublayer]) => [sublayer, name]))
    const name = this.names.get(layer)
    if (name !== undefined) return name
    throw new ConfigError(
      `${this.layer.type} calls a ${layer.type} that is not among its sublayers. Keep it in a property or an option of ${this.layer.type}, or name it in sublayers().`,
    )
  }
}

function withoutVariables({ type }: BaseLayer): ConfigError {
  return new ConfigError(
    `${type} is called for the first time after the variables of the layers around it were made, so that it has none. Call it at the first call too, whatever \`training\` is there.`,
  )
}

/** The output of a layer that has one. */
export function onlyOutput(layer: BaseLayer, outputs: unknown): Tensor {
  const leaves = leavesOf(outputs)
  if (leaves.length === 1) return leaves[0] as Tensor
  throw new TypeError(`${layer.type} has ${leaves.length} outputs; use callAll(...), which returns all of them.`)
}

/** Throws `ConfigError` for an option that calls of the layer do not have. */
export function checkCallOptions(layer: BaseLayer, options: object): void {
  const { callFields } = layer.constructor as typeof BaseLayer
  const fields: FieldTable = { training: 'boolean', mask: 'unknown', ...callFieldsOf(layer.constructor, callFields) }
  checkFields(`A call of ${layer.type}`, options, fields)
}

function callFieldsOf(definition: object, own: FieldTable): FieldTable {
  const parent: unknown = Object.getPrototypeOf(definition)
  const inherited = (parent as { callFields?: FieldTable } | null)?.callFields
  return inherited && inherited !== own ? { ...callFieldsOf(parent as object, inherited), ...own } : own
}

/** Whether a layer computes in another dtype than that of its parameters. */
function isMixed(layer: BaseLayer): boolean {
  return layer.autocast && layer.computeDType !== layer.dtype
}

function dtypeInside({ fullPrecision, dtype, computeDType }: BaseLayer): DType {
  return fullPrecision ? dtype : computeDType
}

function masksOf(inputs: Tree): Masks {
  return mapLeaves(inputs, (x) => maskOf(x as Tensor)) as Masks
}

/** Floating tensors in another dtype; their masks stay with them. */
function castAll(tree: Tree, dtype: DType): Tree {
  return mapLeaves(tree, (x) => {
    const result = castFloat(x as Tensor, dtype)
    if (result !== x) setMask(result, maskOf(x as Tensor))
    return result
  }) as Tree
}

function castFloats(tree: Tree, dtype: DType): Tree {
  return treeMap((leaf) => castFloat(leaf, dtype), tree)
}

function castFloat(x: Tensor, dtype: DType): Tensor {
  return isFloat(x.dtype) ? cast(x, dtype) : x
}
