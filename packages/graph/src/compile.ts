import {
  type Aval,
  type Backend,
  BackendError,
  currentBackend,
  currentInterpreter,
  type DeviceBuffer,
  type Executable,
  eager,
  type Graph,
  identityOp,
  paramsKey,
  Storage,
  Tensor,
  backendOf as tensorBackend,
  treeLeaves,
  treeReplace,
} from '@gradus/tensor'
import { simplify } from './simplify.ts'
import { trace } from './trace.ts'

export interface CompileOptions {
  /** Positions of the arguments whose tensors may be overwritten by the results; they cannot be read afterwards. */
  readonly donate?: readonly number[]
}

/** A compiled function: called like the original. */
export interface Compiled<A extends readonly unknown[], R> {
  (...args: A): R
  /** How often it was traced so far: once per form of the arguments (tree, shapes, dtypes, plain values). */
  readonly traces: number
  /** The simplified graph for arguments of this form. */
  graph(...args: A): Graph
}

interface Entry<R> {
  readonly executable: Executable
  readonly graph: Graph
  readonly result: R
  readonly outputs: readonly Aval[]
}

/**
 * `fn` as one program per form of its arguments, instead of one call per op. Arguments and results are trees of tensors;
 * plain values among them are part of the form. `fn` must be synchronous, pure, and must not read values.
 *
 * Under another interpreter (inside another compiled function, or inside `grad`) `fn` runs as it is, so that compiled
 * functions compose.
 *
 * @example
 * import { compile } from '@gradus/graph'
 * import { add, mul, tensor } from '@gradus/tensor'
 * const f = compile((x) => add(mul(x, x), 1))
 * f(tensor([1, 2, 3])).array() // => [2, 5, 10]
 */
export function compile<A extends readonly unknown[], R>(
  fn: (...args: A) => R,
  { donate = [] }: CompileOptions = {},
): Compiled<A, R> {
  const cache = new Map<Backend, Map<string, Entry<R>>>()
  let traces = 0

  function entryFor(args: A, leaves: readonly Tensor[]): Entry<R> {
    const backend = backendOf(leaves)
    let entries = cache.get(backend)
    if (!entries) cache.set(backend, (entries = new Map()))
    const key = formOf(args)
    let entry = entries.get(key)
    if (!entry) {
      traces++
      const traced = trace(fn, args, { keep: (op) => backend.has(op), donated: donatedLeaves(args, donate) })
      const graph = simplify(traced.graph)
      entry = {
        graph,
        executable: backend.compile(graph),
        result: traced.result,
        outputs: treeLeaves(traced.result).map(({ shape, dtype }) => ({ shape, dtype })),
      }
      entries.set(key, entry)
    }
    return entry
  }

  const compiled = (...args: A): R => {
    if (currentInterpreter() !== eager) return fn(...args)
    const leaves = treeLeaves(args)
    const { executable, graph, result, outputs } = entryFor(args, leaves)
    const backend = backendOf(leaves)
    return treeReplace(result, wrap(backend, runDonating(executable, leaves, graph.donated), outputs))
  }
  return Object.defineProperties(compiled, {
    traces: { get: () => traces },
    graph: { value: (...args: A) => entryFor(args, treeLeaves(args)).graph },
  }) as Compiled<A, R>
}

/** Runs a program on tensors' buffers and takes from the callers what they donated. */
function runDonating(executable: Executable, tensors: readonly Tensor[], donated: readonly number[]): DeviceBuffer[] {
  const given = new Map<Storage, number>()
  const inputs = tensors.map(({ storage }) => storage.buffer)
  for (const index of donated) {
    const tensor = tensors[index]!
    const { storage } = tensor
    // a buffer that another tensor still uses is not the caller's alone to give: a copy is
    if (!storage.unshared || given.has(storage)) inputs[index] = copyBuffer(tensor)
    else given.set(storage, index)
  }
  const outputs = new Set(executable.run(inputs))
  for (const index of given.values()) {
    if (outputs.has(inputs[index]!)) tensors[index]!.donate()
    else tensors[index]!.dispose()
  }
  return [...outputs]
}

function wrap(backend: Backend, buffers: readonly DeviceBuffer[], avals: readonly Aval[]): Tensor[] {
  return avals.map((aval, index) => new Tensor(aval, new Storage(backend, buffers[index]!)))
}

function backendOf(leaves: readonly Tensor[]): Backend {
  const backend = leaves[0] ? tensorBackend(leaves[0]) : currentBackend()
  const other = leaves.find((leaf) => leaf.storage.memory !== backend)
  if (other) {
    throw new BackendError(
      `A compiled function was given tensors of the ${backend.name} and the ${other.storage.memory.name} backends. Move them to one with \`await toBackend(tensor, backend)\`.`,
    )
  }
  return backend
}

function donatedLeaves(args: readonly unknown[], donate: readonly number[]): number[] {
  const donated: number[] = []
  let next = 0
  args.forEach((argument, position) => {
    for (const _ of treeLeaves(argument)) {
      if (donate.includes(position)) donated.push(next)
      next++
    }
  })
  return donated
}

function copyBuffer(tensor: Tensor) {
  const { buffer } = tensor.storage
  const aval = { shape: tensor.shape, dtype: tensor.dtype }
  const copy = tensorBackend(tensor).compile({
    inputs: [aval],
    constants: [],
    nodes: [{ op: identityOp, inputs: [0], params: null, aval }],
    outputs: [1],
    donated: [],
  })
  return copy.run([buffer])[0]!
}

/** A string that is equal for arguments of equal form. */
function formOf(value: unknown): string {
  if (value instanceof Tensor) return `${value.dtype}[${value.shape.join()}]`
  if (Array.isArray(value)) return `(${value.map(formOf).join(';')})`
  if (value !== null && typeof value === 'object') {
    if (Object.getPrototypeOf(value) !== Object.prototype && Object.getPrototypeOf(value) !== null)
      throw unsupported(value.constructor.name)
    return `{${Object.entries(value)
      .map(([key, entry]) => `${key}:${formOf(entry)}`)
      .join(';')}}`
  }
  if (typeof value === 'function' || typeof value === 'symbol') throw unsupported(typeof value)
  return `=${typeof value}${paramsKey(value)}`
}

function unsupported(what: string): TypeError {
  return new TypeError(
    `A compiled function takes tensors, plain values and trees of them, and was given a ${what}. Let the function close over it instead.`,
  )
}
