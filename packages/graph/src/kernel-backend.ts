import { type Backend, BackendError, type DType, type Shape, type TypedArray } from '@gradus/tensor'
import {
  type Aval,
  avalOf,
  bodyOf,
  computeDType,
  type DeviceBuffer,
  type Executable,
  fromMemory,
  type Graph,
  hostArray,
  type MemoryArray,
  type Node,
  type ScanParams,
  toMemory,
  valuesOf,
  viewOf,
} from '@gradus/tensor/internals'
import { arrayIn } from './array-in.ts'
import { missingOp } from './missing-op.ts'
import { byteSize, donorOf, type Place } from './place.ts'
import { planMemory } from './plan.ts'
import { runRepeatedly } from './repeat.ts'
import { type BodyProgram, ScanLoop } from './scan-loop.ts'

/** Contiguous host values in row-major order. */
export interface NdArray {
  readonly data: TypedArray
  readonly shape: Shape
  readonly dtype: DType
}

/**
 * Computes one op: writes every element of `output`, whose memory is not zeroed. For an elementwise op, `output.data` may
 * share memory with an input.
 */
export type Kernel = (output: NdArray, inputs: readonly NdArray[], params: never) => void

export interface KernelBackendOptions {
  readonly name: string
  /** By op name, a kernel for each primitive except `scan`, and for each composite that the backend does not want inlined. */
  readonly kernels: Readonly<Record<string, Kernel>>
}

/** A backend over host memory, from a table of kernels. Programs run node by node over a planned arena. */
export function kernelBackend({ name, kernels }: KernelBackendOptions): Backend {
  return {
    name,
    has: (op) => Object.hasOwn(kernels, op.name),
    allocate: (bytes) => hostMemory(name, bytes),
    write(buffer, data) {
      new Uint8Array(buffer as ArrayBuffer).set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    },
    read: (buffer) => Promise.resolve(copyOf(buffer)),
    readSync: copyOf,
    free() {},
    collected: true,
    compile: (graph) => new Program(name, kernels, graph),
  }
}

function hostMemory(name: string, bytes: number): ArrayBuffer {
  try {
    return new ArrayBuffer(bytes)
  } catch (cause) {
    throw new BackendError(`The ${name} backend has no memory for a buffer of ${bytes} bytes.`, { cause })
  }
}

function copyOf(buffer: DeviceBuffer): Uint8Array {
  return new Uint8Array((buffer as ArrayBuffer).slice(0))
}

interface Slot {
  data: MemoryArray
  /** Whether the memory is the same in every run. */
  readonly fixed: boolean
  readonly shape: Shape
  readonly dtype: DType
}

/** Computes one node, or copies an output, from the memory in slots. */
type Command = () => void

class Program implements Executable, BodyProgram {
  readonly bytes: number
  private readonly commands: Command[] = []
  private readonly inputs: readonly Aval[]
  // the slots in the memory of each input and output, which differs from run to run
  private readonly inInputs: readonly Slot[][]
  private readonly inOutputs: readonly Slot[][]
  private readonly outputs: { readonly aval: Aval; readonly donor: number | undefined; data: MemoryArray }[]

  constructor(name: string, kernels: Readonly<Record<string, Kernel>>, graph: Graph) {
    this.inputs = graph.inputs
    const plan = planMemory(graph)
    this.inInputs = graph.inputs.map(() => [])
    this.inOutputs = graph.outputs.map(() => [])
    const arena = new ArrayBuffer(plan.arenaBytes)
    this.bytes = plan.arenaBytes
    const slots = plan.places.map((place, value) => this.slotFor(place, avalOf(graph, value), graph, arena))
    graph.nodes.forEach((node, index) => {
      const values = valuesOf(graph, index)
      const inputs = node.inputs.map((value) => slots[value]!)
      const outputs = values.map((value) => slots[value]!)
      const fixed = plan.places[values[0]!]!.at === 'static'
      if (node.op.view) {
        if (fixed) outputs[0]!.data = inputs[0]!.data
        return
      }
      const command = Object.hasOwn(kernels, node.op.name)
        ? kernelCommand(kernels[node.op.name]!, outputs[0]!, inputs, node.params as never)
        : loopCommand(node, (body) => new Program(name, kernels, body), inputs, outputs)
      if (!command) throw missingOp(name, node.op)
      if (fixed) command()
      else this.commands.push(command)
    })
    this.outputs = graph.outputs.map((value, index) => {
      const source = plan.outputs[index]!
      const aval = avalOf(graph, value)
      const output = { aval, donor: donorOf(source), data: empty(aval.dtype) }
      if (source.from === 'copy') this.commands.push(() => output.data.set(slots[value]!.data))
      return output
    })
  }

  run(inputs: readonly DeviceBuffer[], count = 1): DeviceBuffer[] {
    return runRepeatedly(
      (from) => this.runOnce(from),
      inputs,
      count,
      () => {},
    ) // the garbage collector frees host memory
  }

  private runOnce(inputs: readonly DeviceBuffer[]): DeviceBuffer[] {
    const outputs = this.outputs.map(({ donor, aval }) =>
      donor === undefined ? new ArrayBuffer(byteSize(aval)) : (inputs[donor] as ArrayBuffer),
    )
    this.inputs.forEach((aval, index) => this.bindInput(index, arrayIn(aval, inputs[index] as ArrayBuffer)))
    this.outputs.forEach(({ aval }, index) => this.bindOutput(index, arrayIn(aval, outputs[index])))
    this.execute()
    this.release()
    return outputs
  }

  bindInput(index: number, data: MemoryArray): void {
    for (const slot of this.inInputs[index]!) slot.data = data
  }

  bindOutput(index: number, data: MemoryArray): void {
    for (const slot of this.inOutputs[index]!) slot.data = data
    this.outputs[index]!.data = data
  }

  execute(): void {
    for (const command of this.commands) command()
  }

  // Cached programs must not keep the buffers of a run alive.
  release(): void {
    this.inputs.forEach(({ dtype }, index) => this.bindInput(index, empty(dtype)))
    this.outputs.forEach(({ aval }, index) => this.bindOutput(index, empty(aval.dtype)))
  }

  private slotFor(place: Place, aval: Aval, graph: Graph, arena: ArrayBuffer): Slot {
    const { shape, dtype } = aval
    // written out, because kernels are slower on objects made with a spread
    const slot: Slot = { data: empty(dtype), shape, dtype, fixed: place.at !== 'input' && place.at !== 'output' }
    switch (place.at) {
      case 'input':
        this.inInputs[place.index]!.push(slot)
        break
      case 'output':
        this.inOutputs[place.index]!.push(slot)
        break
      case 'constant':
        slot.data = arrayIn(aval, graph.constants[place.index]!.storage.buffer as ArrayBuffer)
        break
      case 'static':
        slot.data = arrayIn(aval)
        break
      case 'arena':
        slot.data = arrayIn(aval, arena, place.offset)
        break
    }
    return slot
  }
}

/** Runs a kernel. Kernels do not support halves: they get float32 copies, and their results are rounded. */
function kernelCommand(kernel: Kernel, output: Slot, inputs: readonly Slot[], params: never): Command {
  if ([output, ...inputs].every(isPlain)) return () => kernel(output as NdArray, inputs as readonly NdArray[], params)
  return () => {
    const result = copied(output, hostArray(output.dtype, output.data.length))
    kernel(
      result,
      inputs.map((input) => copied(input, fromMemory(input.dtype, input.data))),
      params,
    )
    output.data.set(toMemory(output.dtype, result.data))
  }
}

function isPlain({ dtype }: Slot): boolean {
  return dtype === computeDType(dtype)
}

function copied({ shape, dtype }: Slot, data: TypedArray): NdArray {
  return { data, shape, dtype: computeDType(dtype) }
}

/** Runs a loop with a program for its body; undefined for an op without a body. */
function loopCommand(
  { params }: Node,
  programOf: (body: Graph) => BodyProgram,
  inputs: readonly Slot[],
  outputs: readonly Slot[],
): Command | undefined {
  const body = bodyOf(params)
  if (!body) return undefined
  const loop = new ScanLoop(params as ScanParams, programOf(body), inputs, outputs)
  return () => loop.run()
}

const nothing = new Map<DType, MemoryArray>()

function empty(dtype: DType): MemoryArray {
  let array = nothing.get(dtype)
  if (!array) nothing.set(dtype, (array = viewOf(dtype, new ArrayBuffer(0), 0, 0)))
  return array
}
