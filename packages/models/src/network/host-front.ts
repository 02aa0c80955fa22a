import {
  type BaseLayer,
  ConfigError,
  type HostArray,
  type HostValues,
  isHostValues,
  type LayerCall,
  mapLeaves,
  type Named,
  requireNumbers,
} from '@gradus/core'
import { SymbolicTensor, type Tensor } from '@gradus/tensor'
import { asInput } from './as-input.ts'

/** A model within a model that starts with host layers. */
interface ModelWithFront extends BaseLayer {
  readonly front: HostFront
}

/** The source of values that go to the device: a tensor, or a call of a model with its own front, which prepares the inputs. */
type Boundary = SymbolicTensor | LayerCall

/** The calls at the start of a network that run on the host, where strings are. */
export class HostFront {
  readonly calls: readonly LayerCall[]
  private readonly boundaries: readonly Boundary[]
  /** The number of arrays that `prepare` returns. */
  readonly size: number

  constructor(
    private readonly inputs: readonly SymbolicTensor[],
    calls: readonly LayerCall[],
    outputs: readonly SymbolicTensor[],
  ) {
    const known = new Set(inputs)
    this.calls = calls.filter(({ layer, tensors, results }) => {
      if (!layer.onHost || !tensors.every((x) => known.has(x))) return false
      for (const result of results) known.add(result)
      return true
    })
    const needed = new Set<Boundary>()
    for (const call of calls) {
      if (this.calls.includes(call)) continue
      requireOnDevice(call)
      if (hasFront(call.layer)) needed.add(requireKnown(call, known))
      else for (const x of call.tensors) if (known.has(x)) needed.add(x)
    }
    for (const output of outputs) if (known.has(output)) needed.add(output)
    this.boundaries = [...needed]
    this.size = this.boundaries.reduce(
      (total, source) => total + (source instanceof SymbolicTensor ? 1 : sizeOf(source)),
      0,
    )
  }

  /** Whether a call is made before values are copied to the device: it is an input, or runs on the host. */
  includes(call: LayerCall): boolean {
    return call.tensors.length === 0 || this.calls.includes(call)
  }

  /** Whether the host has nothing to do. */
  get empty(): boolean {
    return this.calls.length === 0 && this.boundaries.every((source) => source instanceof SymbolicTensor)
  }

  /** Runs the host layers on values of the inputs. */
  prepare(given: readonly HostValues[]): HostArray[] {
    const values = new Map(this.inputs.map((input, index) => [input, given[index]!]))
    const run = ({ layer, inputs }: LayerCall) =>
      layer.prepare(mapLeaves(inputs, (x) => values.get(x as SymbolicTensor)!) as Named<HostValues>)
    for (const call of this.calls)
      listOf(run(call)).forEach((result, index) => values.set(call.results[index]!, result))
    return this.boundaries.flatMap((source) => {
      const arrays = source instanceof SymbolicTensor ? [values.get(source)!] : listOf(run(source))
      return arrays.map((array) => requireNumbers(array, 'The output of the layers on the host'))
    })
  }

  /** Assigns the results of `prepare`, now on the device, to tensors and to calls of models with a front. */
  assign(
    given: readonly Tensor[],
    values: Map<SymbolicTensor, Tensor>,
    prepared: Map<LayerCall, readonly Tensor[]>,
  ): void {
    let next = 0
    for (const source of this.boundaries) {
      if (source instanceof SymbolicTensor) values.set(source, asInput(given[next++]!, source))
      else prepared.set(source, given.slice(next, (next += sizeOf(source))))
    }
  }
}

function hasFront(layer: BaseLayer): layer is ModelWithFront {
  return 'front' in layer && layer.front instanceof HostFront && !layer.front.empty
}

function sizeOf({ layer }: LayerCall): number {
  return (layer as ModelWithFront).front.size
}

function listOf(named: Named<HostValues>): readonly HostValues[] {
  return isHostValues(named) ? [named] : Object.values(named)
}

function requireOnDevice({ layer }: LayerCall): void {
  if (!layer.onHost) return
  throw new ConfigError(
    `${layer.type} works on the host and reads the output of a layer on the device. Put it at the front of the model, before all layers that compute with tensors.`,
  )
}

function requireKnown(call: LayerCall, known: ReadonlySet<SymbolicTensor>): LayerCall {
  if (call.tensors.every((x) => known.has(x))) return call
  throw new ConfigError(
    `The model '${call.layer.type}' starts with layers that work on the host, and one of its inputs comes from a layer on the device. Put those layers at the front of the outer model.`,
  )
}
