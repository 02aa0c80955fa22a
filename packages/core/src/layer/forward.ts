import {
  add,
  cast,
  type DType,
  div,
  isFloat,
  type SymbolicDType,
  SymbolicTensor,
  Tensor,
  type Tree,
  treeForEach,
  treeLeaves,
  treeMap,
} from '@gradus/tensor'
import { checkFields } from '../config/check-fields.ts'
import { describeValue } from '../config/describe.ts'
import type { FieldTable } from '../config/fields.ts'
import { requireMethod, wrongResult } from '../config/own-methods.ts'
import { asFloat } from '../contracts/alignment.ts'
import { ConfigError } from '../errors.ts'
import type { Rng } from '../rng.ts'
import { isPlainObject, leavesOf, mapLeaves } from '../structure.ts'
import { BaseLayer, type CallOptions, type Scope } from './base-layer.ts'
import { type Call, type ForwardPass, type LayerVariables, wrapperOf } from './call-wrapper.ts'
import { type LayerCaller, withCaller } from './caller.ts'
import { layersWithin } from './layers-within.ts'
import { requireLearned } from './learning.ts'
import { type Masks, maskOf, masksIn, setMask, withMask } from './masks.ts'
import { titleOf } from './title.ts'
import { explained } from './wrong-inputs.ts'

/** Gives a forward pass the variables of layers. */
export interface VariableSource {
  /** The variables of a layer that is called with `inputs`; undefined if there are none. */
  of(layer: BaseLayer, inputs: Tree): LayerVariables | undefined
  /** Whether the layer has variables before it is called. Where it is missing, all layers have. */
  knows?(layer: BaseLayer): boolean
}

/** A forward pass: calls layers with their variables, and collects the losses that they add and the states that they set. */
export class Forward implements ForwardPass {
  /** The losses that calls have added, scalars of float32 or float64. */
  readonly losses: Tensor[] = []
  /** The states that calls have set. */
  readonly states = new Map<BaseLayer, Tree>()
  /** The parameters that calls have set. */
  readonly params = new Map<BaseLayer, Tree>()

  /** `observe` is called with each layer and its outputs, after the call. */
  constructor(
    private readonly variables: VariableSource,
    private readonly observe?: (layer: BaseLayer, outputs: readonly Tensor[]) => void,
  ) {}

  /**
   * Calls a layer. Floating inputs are cast to the dtype of its computations. Under a mixed policy so are its parameters and
   * state; floating outputs are cast to `computeDType`, and a new state to the dtype of the old one. Throws `ConfigError` for a
   * layer without variables.
   */
  call(layer: BaseLayer, given: Tree, call: Call): Tree {
    return wrapperOf(layer)?.(this, given, call) ?? this.run(layer, given, call)
  }

  /** Calls a layer as `call` does, without its wrapper. */
  run(layer: BaseLayer, given: Tree, call: Call): Tree {
    requireLearned(layer)
    // indices are not floats, whatever the dtype they come in: float16 would round them
    const castsInputs = layer.autocast && !isInteger(layer.inputDType)
    const inputs = castsInputs ? castAll(given, dtypeInside(layer)) : given
    const scope = this.scope(layer, inputs, call)
    requireMethod(layer, 'apply(x, scope)', 'call')
    const returned = withCaller(scope, () => applied(layer, inputs, scope))
    checkOutputs(layer, returned)
    const outputs = isMixed(layer) ? castAll(returned, layer.computeDType) : returned
    this.penalize(layer, treeLeaves(outputs))
    const result = this.setMasks(layer, inputs, outputs, scope.mask)
    this.observe?.(layer, treeLeaves(result))
    return result
  }

  /** The scope of a call of a layer. */
  scope(layer: BaseLayer, inputs: Tree, { rng, training, options = {}, params: replaced }: Call): LayerScope {
    const { training: given, mask, ...rest } = options as CallOptions & Record<string, unknown>
    const found = this.variablesOf(layer, inputs)
    if (!found) throw withoutVariables(layer)
    const { state } = found
    const params = replaced ?? found.params
    const inside = isMixed(layer) ? dtypeInside(layer) : undefined
    return new LayerScope(this, layer, {
      params: inside ? castFloats(params, inside) : params,
      state: inside ? castFloats(state, inside) : state,
      rng,
      training: given ?? training,
      mask: mask === undefined ? masksOf(inputs) : mask,
      options: rest,
    })
  }

  knows(layer: BaseLayer): boolean {
    return this.variables.knows?.(layer) !== false
  }

  variablesOf(layer: BaseLayer, inputs: Tree): LayerVariables | undefined {
    const found = this.variables.of(layer, inputs)
    const state = this.states.get(layer)
    return found && state ? { params: found.params, state } : found
  }

  /** Whether a layer itself has state; false while shapes are inferred and the layer was not called yet. */
  hasState(layer: BaseLayer): boolean {
    if (!this.knows(layer)) return false
    return treeLeaves(this.variables.of(layer, [])?.state).length > 0
  }

  /** Keeps a new state, cast to the dtypes of the old one, so that a compiled step can run on its own results. */
  keepState(layer: BaseLayer, next: Tree): void {
    const old = this.states.get(layer) ?? this.variables.of(layer, {})?.state ?? {}
    const [had, given] = [pathsIn(old), pathsIn(next)]
    if (String(had) !== String(given)) {
      throw new ConfigError(
        `${titleOf(layer)} calls setState with ${listed(given)}, and initState returned ${listed(had)}. Both must have the same form.`,
      )
    }
    this.states.set(
      layer,
      treeMap((before, after) => cast(after!, before.dtype), old, next),
    )
  }

  /** Keeps new parameters, cast to the dtypes of the old ones. */
  keepParams(layer: BaseLayer, next: Tree): void {
    const old = this.variables.of(layer, {})?.params ?? {}
    this.params.set(
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

  /**
   * Gives each output its mask, unless a sublayer has set one. An input that is returned unchanged loses its mask if the layer
   * does not support masks.
   */
  private setMasks(layer: BaseLayer, inputs: Tree, outputs: Tree, inputMasks: Masks): Tree {
    const entering = new Set(treeLeaves(inputs))
    const masks = masksIn(layer.computeMask(inputs, inputMasks))
    let index = 0
    return mapLeaves(outputs, (leaf) => {
      const output = leaf as Tensor
      const [old, computed] = [maskOf(output), masks[index++]]
      // a copy, because the tensor may be an input of other layers, for which it keeps its mask
      if (entering.has(output)) return withMask(output, computed ?? (layer.supportsMasking ? old : undefined))
      if (!old) setMask(output, computed)
      return output
    }) as Tree
  }
}

/** The scope of one call of a layer. The methods are properties, so that `apply(x, { params, setState })` may take them. */
export class LayerScope implements Scope, LayerCaller {
  readonly params: Tree
  readonly state: Tree
  readonly rng: Rng
  readonly training: boolean
  readonly mask: Masks
  readonly options: object
  /** How often each sublayer was called. */
  private readonly callCounts = new Map<BaseLayer, number>()
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
    if (!(loss instanceof Tensor)) {
      throw new TypeError(`${titleOf(this.layer)}: addLoss takes a scalar tensor and was given ${describeValue(loss)}.`)
    }
    this.forward.losses.push(asFloat(loss))
  }

  readonly setState = (next: Tree): void => {
    this.forward.keepState(this.layer, next)
  }

  readonly setParams = (layer: BaseLayer, next: Tree): void => {
    this.forward.keepParams(layer, next)
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
    return layersWithin(layer).some((nested) => this.forward.hasState(nested.layer))
  }

  readonly maskOf = (x: Tensor): Tensor | undefined => {
    return maskOf(x)
  }

  holds(layer: BaseLayer): boolean {
    return layer !== this.layer && layersWithin(this.layer).some((within) => within.layer === layer)
  }

  private callOf(layer: BaseLayer, options: CallOptions & object = {}): Call {
    if (!(layer instanceof BaseLayer)) {
      throw new ConfigError(`${this.layer.type}: scope.call takes a layer first and then its inputs.`)
    }
    checkCallOptions(layer, options)
    const count = this.callCounts.get(layer) ?? 0
    this.callCounts.set(layer, count + 1)
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
    `${type} has no variables, because it is called for the first time after those of its outer layer were made. Call it in the first call of the outer layer too, whatever \`training\` is there.`,
  )
}

function listed(paths: readonly string[]): string {
  return paths.length === 0 ? 'nothing' : paths.map((path) => path || 'a tensor').join(', ')
}

/** The paths of the tensors in a tree, sorted. */
function pathsIn(tree: unknown): string[] {
  const paths: string[] = []
  treeForEach(tree as Tree, (_, path) => paths.push(path))
  return paths.sort()
}

function applied(layer: BaseLayer, inputs: Tree, scope: LayerScope): Tree {
  try {
    return layer.apply(inputs, scope)
  } catch (error) {
    throw explained(error, layer, inputs)
  }
}

function checkOutputs(layer: BaseLayer, returned: unknown): void {
  if (returned instanceof Tensor || Array.isArray(returned) || isPlainObject(returned)) return
  throw wrongResult(`${titleOf(layer)}.apply`, returned, 'a tensor, or tensors in lists and plain objects')
}

/** The output of a layer with one output. Throws `TypeError` if there are several. */
export function onlyOutput(layer: BaseLayer, outputs: unknown): Tensor {
  const leaves = leavesOf(outputs)
  if (leaves.length === 1) return leaves[0] as Tensor
  throw new TypeError(`${layer.type} has ${leaves.length} outputs; use callAll(...), which returns all of them.`)
}

/** Throws `ConfigError` for an option that calls of the layer do not have. */
export function checkCallOptions(layer: BaseLayer, options: object): void {
  requireOptions(layer, options)
  checkFields(`A call of ${layer.type}`, options, callOptionsOf(layer))
  for (const mask of masksIn((options as CallOptions).mask)) {
    if ((mask ?? undefined) === undefined || mask instanceof Tensor || (mask as unknown) instanceof SymbolicTensor)
      continue
    throw new ConfigError(`A call of ${layer.type}: 'mask' holds ${describeValue(mask)}; it must be a tensor of bools.`)
  }
}

/** Throws `ConfigError` for a call with tensors in the place of its options. */
export function requireOptions(layer: BaseLayer, options: object): void {
  if (options instanceof Tensor || options instanceof SymbolicTensor || Array.isArray(options)) {
    throw new ConfigError(
      `A call of ${layer.type} takes its inputs in one argument, as in call([a, b], { training: true }), and got tensors as its options.`,
    )
  }
  if (typeof options === 'object' && options !== null) return
  throw new ConfigError(
    `A call of ${layer.type} takes its options in an object, as in call(x, { training: true }), and got ${describeValue(options)}.`,
  )
}

/** The options that calls of a layer have. */
export function callOptionsOf(layer: BaseLayer): FieldTable {
  const { callFields } = layer.constructor as typeof BaseLayer
  return { training: 'boolean', mask: 'unknown', ...callFieldsOf(layer.constructor, callFields) }
}

function callFieldsOf(definition: object, own: FieldTable): FieldTable {
  const parent: unknown = Object.getPrototypeOf(definition)
  const inherited = (parent as { callFields?: FieldTable } | null)?.callFields
  return inherited && inherited !== own ? { ...callFieldsOf(parent as object, inherited), ...own } : own
}

/** Whether the dtype of a layer's outputs differs from that of its parameters. */
function isMixed(layer: BaseLayer): boolean {
  return layer.autocast && layer.computeDType !== layer.dtype
}

function isInteger(dtype: SymbolicDType): boolean {
  return dtype === 'int32' || dtype === 'uint32'
}

function dtypeInside({ fullPrecision, dtype, computeDType }: BaseLayer): DType {
  return fullPrecision ? dtype : computeDType
}

function masksOf(inputs: Tree): Masks {
  return mapLeaves(inputs, (x) => maskOf(x as Tensor)) as Masks
}

/** Casts floating tensors and keeps their masks. */
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
