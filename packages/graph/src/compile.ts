import {
  type Aval,
  type Backend,
  BackendError,
  collect,
  currentBackend,
  currentInterpreter,
  type Executable,
  eager,
  type Graph,
  Storage,
  Tensor,
  backendOf as tensorBackend,
  treeLeaves,
  treeReplace,
} from '@gradus/tensor'
import { runDonating } from './donation.ts'
import { formOf } from './form.ts'
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
 * plain values among them are part of the form. `fn` must be synchronous, pure, and must not read values; tensors that it
 * closes over become constants of the program.
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

  function entryFor(backend: Backend, args: A): Entry<R> {
    let entries = cache.get(backend)
    if (!entries) cache.set(backend, (entries = new Map()))
    const form = formOf(args)
    let entry = entries.get(form)
    if (!entry) {
      traces++
      // what is made here belongs to the program, not to the caller's scope
      entry = collect(() => build(backend, args)).result
      entries.set(form, entry)
    }
    return entry
  }

  function build(backend: Backend, args: A): Entry<R> {
    const traced = trace(fn, args, { keep: (op) => backend.has(op), donated: donatedLeaves(args, donate) })
    const graph = keepConstants(simplify(traced.graph), backend)
    const outputs = treeLeaves(traced.result).map(({ shape, dtype }) => ({ shape, dtype }))
    return { graph, executable: backend.compile(graph), result: traced.result, outputs }
  }

  const compiled = (...args: A): R => {
    if (currentInterpreter() !== eager) return fn(...args)
    const leaves = treeLeaves(args)
    const backend = backendOf(leaves)
    const { executable, graph, result, outputs } = entryFor(backend, args)
    const buffers = runDonating(backend, executable, leaves, graph.donated)
    return treeReplace(
      result,
      outputs.map((aval, index) => new Tensor(aval, new Storage(backend, buffers[index]!))),
    )
  }
  return Object.defineProperties(compiled, {
    traces: { get: () => traces },
    graph: { value: (...args: A) => entryFor(backendOf(treeLeaves(args)), args).graph },
  }) as Compiled<A, R>
}

/** The graph with constants of its own, which share the buffers and outlive whatever becomes of the originals. */
function keepConstants(graph: Graph, backend: Backend): Graph {
  const constants = graph.constants.map(({ shape, dtype, storage }) => {
    if (storage.memory !== backend) {
      throw new BackendError(
        `A compiled function runs on the ${backend.name} backend and uses a tensor of the ${storage.memory.name} backend. Move it with \`await toBackend(tensor, backend)\`.`,
      )
    }
    return new Tensor({ shape, dtype }, storage.retain())
  })
  return { ...graph, constants }
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
