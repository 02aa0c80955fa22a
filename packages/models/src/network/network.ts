import { type BaseLayer, type LayerCall, leavesOf, mapLeaves, type Scope } from '@gradus/core'
import { type SymbolicTensor, type Tensor, type Tree, treeLeaves } from '@gradus/tensor'
import { asInput } from './as-input.ts'
import { HostFront } from './host-front.ts'
import { nameLayers } from './layer-names.ts'
import { orderCalls } from './order-calls.ts'

/** The calls of layers between symbolic inputs and outputs, in topological order. */
export class Network {
  readonly calls: readonly LayerCall[]
  /** Each layer once, in Keras's order: by depth from the outputs, then as first met. */
  readonly layers: readonly BaseLayer[]
  /** The layers by name. */
  readonly named: Readonly<Record<string, BaseLayer>>
  /** The calls that run on the host, before the others. */
  readonly front: HostFront
  private readonly names: ReadonlyMap<BaseLayer, string>

  constructor(
    readonly inputs: readonly SymbolicTensor[],
    readonly outputs: readonly SymbolicTensor[],
  ) {
    const { calls, layers } = orderCalls(inputs, outputs)
    this.calls = calls
    this.layers = layers
    this.names = nameLayers(layers)
    this.named = Object.fromEntries(layers.map((layer) => [this.nameOf(layer), layer]))
    this.front = new HostFront(inputs, calls, outputs)
  }

  /** The name of a layer in the network. */
  nameOf(layer: BaseLayer): string {
    return this.names.get(layer)!
  }

  /** The calls of a layer within the network, in the order in which they run. */
  callsOf(layer: BaseLayer): readonly LayerCall[] {
    return this.calls.filter((call) => call.layer === layer)
  }

  /**
   * Runs the layers in `scope` with the recorded options of their calls and returns the outputs. `given` are values of the inputs
   * or, if `prepared`, the results of the host front.
   */
  run(given: readonly Tensor[], scope: Pick<Scope, 'callAll'>, prepared = false): Tensor[] {
    const values = new Map<SymbolicTensor, Tensor>()
    const front = new Map<LayerCall, readonly Tensor[]>()
    if (prepared) this.front.assign(given, values, front)
    else this.inputs.forEach((input, index) => values.set(input, asInput(given[index]!, input)))
    const valuesIn = (structure: unknown) => mapLeaves(structure, (x) => values.get(x as SymbolicTensor)!)
    for (const call of this.calls) {
      if (call.results.every((result) => values.has(result)) || (prepared && this.front.includes(call))) continue
      const { layer, inputs, options } = call
      const preparedInputs = front.get(call)
      const outputs = preparedInputs
        ? scope.callAll(layer, preparedInputs, { ...(valuesIn(options) as object), prepared: true } as object)
        : scope.callAll(layer, valuesIn(inputs) as Tree, valuesIn(options) as object)
      const leaves = treeLeaves(outputs)
      call.results.forEach((result, index) => values.set(result, leaves[index]!))
    }
    return this.outputs.map((output) => values.get(output)!)
  }

  /** Whether the calls form a single chain. */
  get linear(): boolean {
    const used = new Map<SymbolicTensor, number>()
    for (const { tensors } of this.calls) for (const x of tensors) used.set(x, (used.get(x) ?? 0) + 1)
    return (
      this.calls.length === this.layers.length &&
      this.calls.every(({ inputs }) => leavesOf(inputs).length <= 1) &&
      [...used.values()].every((uses) => uses === 1)
    )
  }
}
