import {
  type Backend,
  BackendError,
  type DType,
  formatShape,
  isFloat,
  onBackend,
  sizeOf,
  Tensor,
  type TypedArray,
  tidy,
} from '@gradus/tensor'
import {
  type Aval,
  applyAll,
  avalOf,
  avalsOf,
  type DeviceBuffer,
  type Executable,
  eager,
  fromMemory,
  type Graph,
  type Node,
  numberingOf,
  Storage,
  stridesOf,
  viewOf,
  withInterpreter,
} from '@gradus/tensor/internals'
import { formatParams } from '../format-params.ts'
import { byteSize } from '../place.ts'
import { runRepeatedly } from '../repeat.ts'
import { decorate } from './decorate.ts'

export interface CheckOptions {
  /**
   * The bound for float32: `|actual - expected| <= tolerance * (1 + |expected|)` (default 1e-4). float64 gets a millionth
   * of it, float16 8192 times as much.
   */
  readonly tolerance?: number
}

/**
 * Compares every node that runs on `backend` with `reference`, given the same inputs. The first difference throws
 * `BackendError` with the op, its params, the position and both values; where reads of `backend` are asynchronous, the next
 * read or run throws it. Slow: use it in tests and to find the source of NaN.
 *
 * `reference` must have synchronous reads, as `cpu()` has.
 *
 * @example
 * import { cpu } from '@gradus/backend-cpu'
 * import { check } from '@gradus/graph'
 * import { onBackend, square, tensor } from '@gradus/tensor'
 * const checked = check(cpu(), cpu())
 * onBackend(checked, () => square(tensor([1, 2]))).array() // => [1, 4]
 */
export function check(backend: Backend, reference: Backend, { tolerance = 1e-4 }: CheckOptions = {}): Backend {
  if (!reference.readSync)
    throw new BackendError(
      `check: the reference must be readable without waiting, and ${reference.name} is not. Use cpu().`,
    )
  const comparison = new Comparison(backend, reference, tolerance)
  return decorate(backend, {
    name: `check(${backend.name})`,
    compile: (graph) => new Checked(backend, graph, comparison),
    async read(buffer) {
      const bytes = backend.read(buffer)
      await comparison.settle()
      return bytes
    },
  })
}

/** Runs a program, and a second one that outputs the value of every node. */
class Checked implements Executable {
  private readonly whole: Executable
  private readonly probe: Executable

  constructor(
    private readonly backend: Backend,
    private readonly graph: Graph,
    private readonly comparison: Comparison,
  ) {
    const { maker } = numberingOf(graph)
    const made = maker.flatMap((node, value) => (node < 0 ? [] : [value]))
    this.whole = backend.compile(graph)
    this.probe = backend.compile({ ...graph, outputs: made, donated: [], repeatable: false })
  }

  run(inputs: readonly DeviceBuffer[], count = 1): DeviceBuffer[] {
    return runRepeatedly(
      (from) => this.runOnce(from),
      inputs,
      count,
      (buffer) => this.backend.free(buffer),
    )
  }

  private runOnce(inputs: readonly DeviceBuffer[]): DeviceBuffer[] {
    const { backend, graph, comparison } = this
    comparison.throwFailure()
    const known = [...inputs, ...graph.constants.map((constant) => constant.storage.buffer)]
    const probed = this.probe.run(inputs)
    // read before the program overwrites donated inputs
    const values = comparison.readAll([...known, ...probed])
    const outputs = this.whole.run(inputs)
    const results = comparison.readAll(outputs)
    for (const buffer of probed) backend.free(buffer)
    comparison.schedule(graph, values, results)
    return outputs
  }
}

type Bytes = Uint8Array[] | Promise<Uint8Array[]>

class Comparison {
  private pending: Promise<void> = Promise.resolve()
  private failure: unknown

  constructor(
    private readonly backend: Backend,
    private readonly reference: Backend,
    private readonly tolerance: number,
  ) {}

  readAll(buffers: readonly DeviceBuffer[]): Bytes {
    const { backend } = this
    // copy, because a read may return a view of memory that the next program uses
    if (backend.readSync) return buffers.map((buffer) => backend.readSync!(buffer).slice())
    return Promise.all(buffers.map((buffer) => backend.read(buffer)))
  }

  /** Compares at once, or when the values have been read. */
  schedule(graph: Graph, values: Bytes, results: Bytes): void {
    if (Array.isArray(values) && Array.isArray(results)) {
      this.compare(graph, values, results)
      return
    }
    const both = Promise.all([values, results])
    this.pending = Promise.all([this.pending, both]).then(
      ([, [valueBytes, resultBytes]]) => {
        this.failure ??= attempt(() => this.compare(graph, valueBytes, resultBytes))
      },
      (error: unknown) => {
        this.failure ??= error
      },
    )
  }

  async settle(): Promise<void> {
    await this.pending
    this.throwFailure()
  }

  throwFailure(): void {
    const { failure } = this
    this.failure = undefined
    if (failure !== undefined) throw failure
  }

  private compare(graph: Graph, values: readonly Uint8Array[], results: readonly Uint8Array[]): void {
    const { first } = numberingOf(graph)
    graph.nodes.forEach((node, index) => {
      const inputs = node.inputs.map((value) => ({ aval: avalOf(graph, value), bytes: values[value]! }))
      const expected = this.expected(node, inputs)
      avalsOf(node).forEach((aval, output) => {
        const what = describe(node, graph) + (node.avals ? `, output ${output},` : '')
        this.judge(what, aval, values[first[index]! + output]!, expected[output]!)
      })
    })
    graph.outputs.forEach((value, index) => {
      const aval = avalOf(graph, value)
      this.judge(
        `Output ${index} of the program`,
        aval,
        results[index]!,
        array(values[value]!, aval),
        'when every node outputs its value',
      )
    })
  }

  private expected({ op, params }: Node, inputs: readonly { aval: Aval; bytes: Uint8Array }[]): TypedArray[] {
    const { reference } = this
    let results: TypedArray[] = []
    onBackend(reference, () =>
      withInterpreter(eager, () =>
        tidy(() => {
          const tensors = inputs.map(({ aval: of, bytes }) => {
            const buffer = reference.allocate(byteSize(of))
            reference.write(buffer, bytes.subarray(0, byteSize(of)))
            return new Tensor(of, new Storage(reference, buffer))
          })
          const outputs = applyAll(op, tensors, params)
          results = outputs.map((output) => array(reference.readSync!(output.storage.buffer), output))
        }),
      ),
    )
    return results
  }

  private judge(
    what: string,
    aval: Aval,
    bytes: Uint8Array,
    expected: TypedArray,
    otherwise = `on ${this.reference.name}`,
  ): void {
    const actual = array(bytes, aval)
    const tolerance = this.tolerance * digitsOf(aval.dtype)
    const index = expected.findIndex((value, i) => !near(actual[i]!, value, tolerance))
    if (index < 0) return
    throw new BackendError(
      `${what} gives ${actual[index]} on the ${this.backend.name} backend and ${expected[index]} ${otherwise}, ` +
        `at ${formatShape(coordinates(index, aval))} of ${aval.dtype}${formatShape(aval.shape)}.`,
    )
  }
}

/** The factor by which the tolerance of a dtype differs from that of float32. */
function digitsOf(dtype: DType): number {
  if (dtype === 'float16') return 2 ** 13
  if (dtype === 'float64') return 1e-6
  return isFloat(dtype) ? 1 : 0
}

function attempt(body: () => void): unknown {
  try {
    body()
    return undefined
  } catch (error) {
    return error
  }
}

function describe({ op, params, inputs }: Node, graph: Graph): string {
  const avals = inputs.map((value) => avalOf(graph, value)).map(({ dtype, shape }) => `${dtype}${formatShape(shape)}`)
  const given = formatParams(params)
  return `${op.name}(${avals.join(', ')})${given === '' ? '' : ` with ${given}`}`
}

function near(a: number, b: number, tolerance: number): boolean {
  if (a === b || (Number.isNaN(a) && Number.isNaN(b))) return true
  return Number.isFinite(b) && Math.abs(a - b) <= tolerance * (1 + Math.abs(b))
}

// A copy, because the bytes may start at an offset that the element type does not allow.
function array(bytes: Uint8Array, aval: Aval): TypedArray {
  return fromMemory(aval.dtype, viewOf(aval.dtype, bytes.slice(0, byteSize(aval)).buffer, 0, sizeOf(aval.shape)))
}

function coordinates(index: number, { shape }: Aval): number[] {
  return stridesOf(shape).map((stride, axis) => Math.floor(index / stride) % shape[axis]!)
}
