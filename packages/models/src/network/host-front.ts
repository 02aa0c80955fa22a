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

/** A layer that is a model with layers at its front that work on the host. */
interface Fronted extends BaseLayer {
  readonly front: HostFront
}

/** Where the device goes on: a tensor, or a call of a model whose own front prepares its inputs. */
type Boundary = SymbolicTensor | LayerCall

/** The calls at the front of a network whose layers work on the host, where strings are. */
export class HostFront {
  readonly calls: readonly LayerCall[]
  private readonly boundaries: readonly Boundary[]
  /** How many arrays `prepare` gives. */
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
    this.size = this.boundaries.reduce((total, from) => total + (from instanceof SymbolicTensor ? 1 : sizeOf(from)), 0)
  }

  /** Whether a call has been made before values come to the device: it is an input, or runs on the host. */
  holds(call: LayerCall): boolean {
    return call.tensors.length === 0 || this.calls.includes(call)
  }

  /** Whether the host has anything to do. */
  get empty(): boolean {
    return this.calls.length === 0 && this.boundaries.every((from) => from instanceof SymbolicTensor)
  }

  /** Runs the layers of the front on values of the inputs. */
  prepare(given: readonly HostValues[]): HostArray[] {
    const values = new Map(this.inputs.map((input, index) => [input, given[index]!]))
    const run = ({ layer, inputs }: LayerCall) =>
      layer.prepare(mapLeaves(inputs, (x) => values.get(x as SymbolicTensor)!) as Named<HostValues>)
    for (const call of this.calls) listOf(run(call)).forEach((made, index) => values.set(call.results[index]!, made))
    return this.boundaries.flatMap((from) => {
      const made = from instanceof SymbolicTensor ? [values.get(from)!] : listOf(run(from))
      return made.map((array) => requireNumbers(array, 'What the layers on the host made'))
    })
  }

  /** Sorts what `prepare` gave, now on the device, by what it is for. */
  place(
    given: readonly Tensor[],
    values: Map<SymbolicTensor, Tensor>,
    prepared: Map<LayerCall, readonly Tensor[]>,
  ): void {
    let next = 0
    for (const from of this.boundaries) {
      if (from instanceof SymbolicTensor) values.set(from, asInput(given[next++]!, from))
      else prepared.set(from, given.slice(next, (next += sizeOf(from))))
    }
  }
}

function hasFront(layer: BaseLayer): layer is Fronted {
  return 'front' in layer && layer.front instanceof HostFront && !layer.front.empty
}

function sizeOf({ layer }: LayerCall): number {
  return (layer as Fronted).front.size
}

function listOf(named: Named<HostValues>): readonly HostValues[] {
  return isHostValues(named) ? [named] : Object.values(named)
}

function requireOnDevice({ layer }: LayerCall): void {
  if (!layer.onHost) return
  throw new ConfigError(
    `${layer.type} works on the host and reads what a layer on the device gives. Put it at the front of the model, before all layers that compute with tensors.`,
  )
}

function requireKnown(call: LayerCall, known: ReadonlySet<SymbolicTensor>): LayerCall {
  if (call.tensors.every((x) => known.has(x))) return call
  throw new ConfigError(
    `The model '${call.layer.type}' starts with layers that work on the host, and one of its inputs comes from a layer on the device. Put those layers at the front of the outer model.`,
  )
}
