import { type Backend, BackendError } from '@gradus/tensor'
import { avalOf, type DeviceBuffer, type Executable, type Graph } from '@gradus/tensor/internals'
import { byteSize } from '../place.ts'
import { runRepeatedly } from '../repeat.ts'
import { Queue } from './queue.ts'
import { attempt, type Segment, segmentsOf, withoutConstants } from './segments.ts'

export interface FallbackOptions {
  /** Receives one warning per op that runs on the other backend (default `console.warn`). */
  readonly warn?: (message: string) => void
}

/**
 * Runs graphs on `other` that `backend` refuses to compile with a `BackendError`: whole programs if `other` has all ops, else
 * the refused nodes alone, with copies of their inputs and outputs. Warns once per op. Where reads of `backend` are
 * asynchronous, programs that need `other` run in the background, and reads wait for them.
 *
 * @example
 * import { cpu } from '@gradus/backend-cpu'
 * import { fallback, kernelBackend } from '@gradus/graph'
 * import { onBackend, square, tensor } from '@gradus/tensor'
 * const empty = kernelBackend({ name: 'empty', kernels: {} })
 * const warnings = []
 * const backend = fallback(empty, cpu(), { warn: (message) => warnings.push(message) })
 * onBackend(backend, () => square(tensor([1, 2]))).array() // => [1, 4]
 * warnings.length // => 1
 */
export function fallback(
  backend: Backend,
  other: Backend,
  { warn = (message) => console.warn(message) }: FallbackOptions = {},
): Backend {
  const queue = new Queue()
  const warned = new Set<string>()
  const refused = (what: string, error: BackendError) => {
    if (warned.has(what)) return
    warned.add(what)
    warn(`${what} runs on the ${other.name} backend instead of ${backend.name}: ${error.message}`)
  }
  const { readSync } = backend
  return {
    name: `fallback(${backend.name}, ${other.name})`,
    has: (op) => backend.has(op),
    allocate: (bytes) => new MovableBuffer(bytes, backend, backend.allocate(bytes)),
    write: (buffer, data) => queue.add(() => movable(buffer).home!.write(movable(buffer).raw!, data)),
    async read(buffer) {
      await queue.settle()
      return movable(buffer).home!.read(movable(buffer).raw!)
    },
    ...(readSync &&
      other.readSync && { readSync: (buffer: DeviceBuffer) => movable(buffer).home!.readSync!(movable(buffer).raw!) }),
    free: (buffer) => release(queue, buffer),
    compile(graph) {
      const plain = withoutConstants(graph)
      const constants = graph.constants.map(({ storage }) => storage.retain().buffer)
      const whole = attempt(() => wholeOn(backend, plain))
      if (!(whole instanceof BackendError)) return new SegmentedProgram(plain, constants, [whole], queue, true)
      return new SegmentedProgram(plain, constants, segmentsOf(plain, backend, other, refused), queue, false)
    },
  }
}

/** A buffer on one of the two backends, or one that the programs before it have yet to make. */
class MovableBuffer implements DeviceBuffer {
  constructor(
    readonly byteLength: number,
    public home?: Backend,
    public raw?: DeviceBuffer,
  ) {}

  /** Copies the values to `target`; returns a promise where they cannot be read synchronously. */
  moveTo(target: Backend): void | Promise<void> {
    const { home, raw } = this
    if (home === target) return undefined
    const settle = (bytes: Uint8Array) => {
      const moved = target.allocate(this.byteLength)
      target.write(moved, bytes.subarray(0, this.byteLength))
      home!.free(raw!)
      this.home = target
      this.raw = moved
    }
    if (home!.readSync) return settle(home!.readSync(raw!))
    return home!.read(raw!).then(settle)
  }
}

function movable(buffer: DeviceBuffer): MovableBuffer {
  if (buffer instanceof MovableBuffer) return buffer
  throw new BackendError(
    'A fallback backend was given a buffer that is not its own. Move the tensor with `await toBackend(tensor, backend)`.',
  )
}

function release(queue: Queue, buffer: DeviceBuffer): void {
  queue.add(() => movable(buffer).home?.free(movable(buffer).raw!))
}

function wholeOn(backend: Backend, graph: Graph): Segment {
  const inputs = graph.inputs.map((_, value) => value)
  const executable = backend.compile({ ...graph, donated: [], repeatable: false })
  return { backend, executable, inputs, outputs: graph.outputs }
}

class SegmentedProgram implements Executable {
  constructor(
    private readonly graph: Graph,
    private readonly constants: readonly DeviceBuffer[],
    private readonly segments: readonly Segment[],
    private readonly queue: Queue,
    /** Whether the only segment makes the outputs of the graph. */
    private readonly whole: boolean,
  ) {}

  run(inputs: readonly DeviceBuffer[], count = 1): DeviceBuffer[] {
    return runRepeatedly(
      (from) => this.runOnce(from),
      inputs,
      count,
      (buffer) => release(this.queue, buffer),
    )
  }

  private runOnce(inputs: readonly DeviceBuffer[]): DeviceBuffer[] {
    const { graph, segments, queue } = this
    const outputs = graph.outputs.map((value) => new MovableBuffer(byteSize(avalOf(graph, value))))
    const values = new Map<number, MovableBuffer>(
      [...inputs, ...this.constants].map((buffer, value) => [value, movable(buffer)]),
    )
    for (const segment of segments) {
      for (const value of new Set(segment.inputs)) {
        queue.add(() => values.get(value)!.moveTo(segment.backend))
      }
      queue.add(() => {
        const results = segment.executable.run(segment.inputs.map((value) => values.get(value)!.raw!))
        if (this.whole) fill(outputs, segment.backend, results)
        for (const [index, raw] of this.whole ? [] : results.entries()) {
          values.set(segment.outputs[index]!, new MovableBuffer(raw.byteLength, segment.backend, raw))
        }
      })
    }
    if (!this.whole) queue.add(() => this.handOut(values, outputs))
    return outputs
  }

  // Each output gets its own buffer. Buffers that become no output are freed.
  private handOut(values: ReadonlyMap<number, MovableBuffer>, outputs: readonly MovableBuffer[]): void | Promise<void> {
    const { graph } = this
    const first = graph.inputs.length
    const taken = new Set<number>()
    const copies: Promise<void>[] = []
    graph.outputs.forEach((value, index) => {
      const { home, raw } = values.get(value)!
      const output = outputs[index]!
      output.home = home
      if (value >= first && !taken.has(value)) {
        taken.add(value)
        output.raw = raw
        return
      }
      output.raw = home!.allocate(output.byteLength)
      const write = (bytes: Uint8Array) => home!.write(output.raw!, bytes.subarray(0, output.byteLength))
      if (home!.readSync) write(home!.readSync(raw!))
      else copies.push(home!.read(raw!).then(write))
    })
    const release = () => {
      for (const [value, { home, raw }] of values) if (value >= first && !taken.has(value)) home!.free(raw!)
    }
    if (copies.length > 0) return Promise.all(copies).then(release)
    return release()
  }
}

function fill(outputs: readonly MovableBuffer[], home: Backend, results: readonly DeviceBuffer[]): void {
  outputs.forEach((output, index) => {
    output.home = home
    output.raw = results[index]!
  })
}
