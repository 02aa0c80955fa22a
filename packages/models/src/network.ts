import {
  asFloat,
  type Layer,
  type LayerCall,
  type Regularizer,
  type Rng,
  type Runnable,
  runLayer,
  type Scope,
  type SymbolicTensor,
  snakeCase,
} from '@gradus/core'
import { add, cast, div, type Tensor, type Tree } from '@gradus/tensor'
import type { Ports } from './batches.ts'

/** Parameters or state of the layers of a network, by layer name. */
export type ByLayer = Readonly<Record<string, Tree>>

/** What a network runs with. */
export interface NetworkScope {
  readonly params: ByLayer
  readonly state: ByLayer
  readonly rng: Rng
  readonly training: boolean
  addLoss(loss: Tensor): void
  /** Called with what each layer gave; for finding where a NaN arose. */
  observe?(name: string, outputs: readonly Tensor[]): void
}

export interface NetworkResult {
  readonly outputs: readonly Tensor[]
  readonly masks: readonly (Tensor | undefined)[]
  readonly state: ByLayer
}

/** The calls of layers between symbolic inputs and outputs, in an order in which they can run. */
export class Network {
  readonly calls: readonly LayerCall[]
  /** Each layer once, in Keras's order: by depth from the outputs, then as first met. */
  readonly layers: readonly Layer[]
  private readonly names: ReadonlyMap<Layer, string>
  private readonly byName: ReadonlyMap<string, Layer>

  constructor(
    readonly inputs: readonly SymbolicTensor[],
    readonly outputs: readonly SymbolicTensor[],
  ) {
    const { calls, layers } = orderCalls(inputs, outputs)
    this.calls = calls
    this.layers = layers
    this.names = nameLayers(layers)
    this.byName = new Map(layers.map((layer) => [this.names.get(layer)!, layer]))
  }

  nameOf(layer: Layer): string {
    return this.names.get(layer)!
  }

  find(name: string): Layer | undefined {
    return this.byName.get(name)
  }

  /** Names and shapes of inputs and outputs. */
  get ports(): Ports {
    return {
      inputs: this.inputs.map(({ shape, source }) => ({ name: this.nameOf(source.layer), shape })),
      outputs: this.outputs.map(({ shape, dtype }, index) => ({ name: this.outputName(index), shape, dtype })),
    }
  }

  /** The name of the layer that an output comes from. */
  outputName(index: number): string {
    return this.nameOf(this.outputs[index]!.source.layer)
  }

  /** Runs the layers on values. A floating input is cast to the dtype that its layer works in. */
  run(inputs: readonly Tensor[], scope: NetworkScope, inputMasks: readonly (Tensor | undefined)[] = []): NetworkResult {
    const values = new Map<SymbolicTensor, Tensor>()
    const masks = new Map<SymbolicTensor, Tensor | undefined>()
    const state: Record<string, Tree> = { ...scope.state }
    this.inputs.forEach((input, index) => {
      values.set(input, cast(inputs[index]!, input.dtype))
      masks.set(input, inputMasks[index])
    })
    this.calls.forEach((call, callIndex) => {
      const { layer, many } = call
      if (call.outputs.every((output) => values.has(output))) return
      const name = this.nameOf(layer)
      const given = call.inputs.map((input) => values.get(input)!)
      const givenMasks = call.inputs.map((input) => masks.get(input))
      const mask = many ? givenMasks : givenMasks[0]
      const layerScope: Scope<Layer> = {
        params: scope.params[name] ?? {},
        state: state[name] ?? {},
        rng: scope.rng.fork(name).fork(callIndex),
        training: scope.training,
        ...(givenMasks.some((m) => m) ? { mask: mask as Tensor } : {}),
        addLoss: (loss) => scope.addLoss(loss),
      }
      const result = runLayer(layer as Runnable, given, many, layerScope)
      if (name in scope.state) state[name] = result.state
      scope.observe?.(name, result.outputs)
      penalise(layer, result.outputs, scope)
      const outputMask = layer.computeMask(many ? result.inputs : result.inputs[0]!, layerScope.mask)
      call.outputs.forEach((output, index) => {
        values.set(output, result.outputs[index]!)
        masks.set(output, outputMask)
      })
    })
    return {
      outputs: this.outputs.map((output) => values.get(output)!),
      masks: this.outputs.map((output) => masks.get(output)),
      state,
    }
  }
}

/** Adds the activity regularizer's penalty, divided by the batch size as in Keras. */
function penalise(layer: Layer, outputs: readonly Tensor[], scope: NetworkScope): void {
  const { activityRegularizer } = layer.config as { activityRegularizer?: Regularizer }
  if (!activityRegularizer) return
  const penalties = outputs.map((output) => div(activityRegularizer.loss(asFloat(output)), output.shape[0] ?? 1))
  scope.addLoss(penalties.reduce((sum, penalty) => add(sum, penalty)))
}

/** The name given to a layer, or its type in snake_case with a number from the second on. */
function nameLayers(layers: readonly Layer[]): Map<Layer, string> {
  const names = new Map<Layer, string>()
  const taken = new Set<string>()
  for (const layer of layers) {
    const given = (layer.config as { name?: string }).name
    if (given === undefined) continue
    if (taken.has(given))
      throw new TypeError(`Two layers of the model are called '${given}'. Give each a name of its own.`)
    taken.add(given)
    names.set(layer, given)
  }
  const counts = new Map<string, number>()
  for (const layer of layers) {
    if (names.has(layer)) continue
    const stem = snakeCase(layer.type)
    let name: string
    do {
      const count = counts.get(stem) ?? 0
      counts.set(stem, count + 1)
      name = count === 0 ? stem : `${stem}_${count}`
    } while (taken.has(name))
    taken.add(name)
    names.set(layer, name)
  }
  return names
}

function orderCalls(inputs: readonly SymbolicTensor[], outputs: readonly SymbolicTensor[]) {
  const depths = new Map<LayerCall, number>()
  const layerDepths = new Map<Layer, number>()
  const firstMet = new Map<Layer, number>()
  const postOrder: LayerCall[] = []
  const entry = new Set(inputs)
  const state = new Map<LayerCall, 'open' | 'done'>()

  const visit = (tensor: SymbolicTensor): void => {
    const call = tensor.source
    if (state.get(call) === 'done') return
    if (state.get(call) === 'open') throw new TypeError(`The layer ${call.layer.type} depends on its own output.`)
    if (!firstMet.has(call.layer)) firstMet.set(call.layer, firstMet.size)
    state.set(call, 'open')
    if (!entry.has(tensor)) {
      if (call.inputs.length === 0) {
        throw new TypeError(
          'An output depends on an input that is not among the inputs of the model. List every input() in `inputs`.',
        )
      }
      call.inputs.forEach(visit)
    }
    state.set(call, 'done')
    postOrder.push(call)
  }
  outputs.forEach(visit)
  for (const input of inputs) {
    if (!firstMet.has(input.source.layer)) firstMet.set(input.source.layer, firstMet.size)
    if (!state.has(input.source)) postOrder.push(input.source)
  }
  for (const call of [...postOrder].reverse()) {
    const depth = Math.max(depths.get(call) ?? 0, layerDepths.get(call.layer) ?? 0)
    layerDepths.set(call.layer, depth)
    depths.set(call, depth)
    for (const { source } of call.outputs.some((output) => entry.has(output)) ? [] : call.inputs) {
      depths.set(source, Math.max(depth + 1, depths.get(source) ?? 0))
    }
  }
  const layers = [...layerDepths.keys()].sort(
    (a, b) => layerDepths.get(b)! - layerDepths.get(a)! || firstMet.get(a)! - firstMet.get(b)!,
  )
  return { calls: postOrder, layers }
}
