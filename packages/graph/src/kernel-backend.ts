import {
  type Aval,
  avalOf,
  type Backend,
  BackendError,
  type DeviceBuffer,
  type DType,
  type Executable,
  type Graph,
  type Shape,
  sizeOf,
  type TypedArray,
  viewOf,
} from '@gradus/tensor'
import { byteSize, type Place, planMemory } from './plan.ts'

/** Contiguous host values in row-major order. */
export interface NdArray {
  readonly data: TypedArray
  readonly shape: Shape
  readonly dtype: DType
}

/**
 * Computes one op: writes every element of `output`, whose memory is not zeroed. For an op marked `elementwise`,
 * `output.data` may be the same memory as an input.
 */
export type Kernel = (output: NdArray, inputs: readonly NdArray[], params: never) => void

export interface KernelBackendOptions {
  readonly name: string
  /** One kernel per primitive, and per composite that the backend wants whole, by op name. */
  readonly kernels: Readonly<Record<string, Kernel>>
}

/** A backend over host memory from a table of kernels: walks the graph, node by node, over a planned arena. */
export function kernelBackend({ name, kernels }: KernelBackendOptions): Backend {
  return {
    name,
    has: (op) => Object.hasOwn(kernels, op.name),
    allocate: (bytes) => new ArrayBuffer(bytes),
    write(buffer, data) {
      new Uint8Array(buffer as ArrayBuffer).set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    },
    read: (buffer) => Promise.resolve(copyOf(buffer)),
    readSync: copyOf,
    free() {}, // host memory is collected
    compile: (graph) => new Program(name, kernels, graph),
  }
}

function copyOf(buffer: DeviceBuffer): Uint8Array {
  return new Uint8Array((buffer as ArrayBuffer).slice(0))
}

interface Slot {
  data: TypedArray
  readonly shape: Shape
  readonly dtype: DType
}

interface Step {
  readonly kernel: Kernel
  readonly output: NdArray
  readonly inputs: readonly NdArray[]
  readonly params: never
}

class Program implements Executable {
  private readonly steps: Step[] = []
  // values whose memory differs from call to call, with where it comes from
  private readonly fromInputs: { slot: Slot; index: number }[] = []
  private readonly fromOutputs: { slot: Slot; index: number }[] = []
  private readonly outputs: { donatedFrom: number | undefined; bytes: number; copyOf: Slot | undefined }[]

  constructor(name: string, kernels: Readonly<Record<string, Kernel>>, graph: Graph) {
    const plan = planMemory(graph)
    const arena = new ArrayBuffer(plan.arenaBytes)
    const slots = plan.places.map((place, value) => this.slotFor(place, avalOf(graph, value), graph, arena))
    const first = graph.inputs.length + graph.constants.length
    graph.nodes.forEach((node, index) => {
      if (node.op.view) {
        if (plan.places[first + index]!.at === 'static') slots[first + index]!.data = slots[node.inputs[0]!]!.data
        return
      }
      const kernel = Object.hasOwn(kernels, node.op.name) ? kernels[node.op.name] : undefined
      if (!kernel) {
        throw new BackendError(
          `The ${name} backend has no kernel for the op '${node.op.name}'. Give the op an \`inline\` body made of other ops, or add a kernel of that name.`,
        )
      }
      const step: Step = {
        kernel,
        output: slots[first + index]!,
        inputs: node.inputs.map((value) => slots[value]!),
        params: node.params as never,
      }
      if (plan.places[first + index]!.at === 'static') step.kernel(step.output, step.inputs, step.params)
      else this.steps.push(step)
    })
    this.outputs = graph.outputs.map((value, index) => {
      const source = plan.outputs[index]!
      return {
        bytes: byteSize(avalOf(graph, value)),
        donatedFrom: source.from === 'donated' ? source.input : undefined,
        copyOf: source.from === 'copy' ? slots[value]! : undefined,
      }
    })
  }

  run(inputs: readonly DeviceBuffer[]): DeviceBuffer[] {
    const outputs = this.outputs.map(({ donatedFrom, bytes }) =>
      donatedFrom === undefined ? new ArrayBuffer(bytes) : (inputs[donatedFrom] as ArrayBuffer),
    )
    for (const { slot, index } of this.fromInputs) bind(slot, inputs[index] as ArrayBuffer)
    for (const { slot, index } of this.fromOutputs) bind(slot, outputs[index]!)
    for (const { kernel, output, inputs: from, params } of this.steps) kernel(output, from, params)
    this.outputs.forEach(({ copyOf: source }, index) => {
      if (source) viewOf(source.dtype, outputs[index]!, 0, source.data.length).set(source.data)
    })
    for (const { slot } of this.fromInputs) release(slot)
    for (const { slot } of this.fromOutputs) release(slot)
    return outputs
  }

  private slotFor(place: Place, { shape, dtype }: Aval, graph: Graph, arena: ArrayBuffer): Slot {
    const size = sizeOf(shape)
    const slot: Slot = { data: empty(dtype), shape, dtype }
    switch (place.at) {
      case 'input':
        this.fromInputs.push({ slot, index: place.index })
        break
      case 'output':
        this.fromOutputs.push({ slot, index: place.index })
        break
      case 'constant':
        slot.data = viewOf(dtype, graph.constants[place.index]!.storage.buffer as ArrayBuffer, 0, size)
        break
      case 'static':
        slot.data = viewOf(dtype, new ArrayBuffer(byteSize({ shape, dtype })), 0, size)
        break
      case 'arena':
        slot.data = viewOf(dtype, arena, place.offset, size)
        break
    }
    return slot
  }
}

function bind(slot: Slot, buffer: ArrayBuffer): void {
  slot.data = viewOf(slot.dtype, buffer, 0, sizeOf(slot.shape))
}

// Programs are cached for long; they must not keep their callers' buffers alive.
function release(slot: Slot): void {
  slot.data = empty(slot.dtype)
}

const nothing = new Map<DType, TypedArray>()

function empty(dtype: DType): TypedArray {
  let array = nothing.get(dtype)
  if (!array) nothing.set(dtype, (array = viewOf(dtype, new ArrayBuffer(0), 0, 0)))
  return array
}
