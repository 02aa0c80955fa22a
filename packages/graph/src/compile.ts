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
import { formOf, hasFormOf } from './form.ts'
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
  readonly backend: Backend
  /** The arguments, with tensors that have no value. */
  readonly form: readonly unknown[]
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
  let latest: Entry<R> | undefined
  let traces = 0

  function entryFor(args: A): { entry: Entry<R>; leaves: readonly Tensor[] } {
    const found: Tensor[] = []
    if (latest && hasFormOf(latest.form, args, found) && allOn(latest.backend, found)) {
      return { entry: latest, leaves: found }
    }
    const leaves = treeLeaves(args)
    const backend = backendOf(leaves)
    let entries = cache.get(backend)
    if (!entries) cache.set(backend, (entries = new Map()))
    const key = formOf(args)
    let entry = entries.get(key)
    if (!entry) {
      traces++
      // what is made here belongs to the program, not to the caller's scope
      entry = collect(() => build(backend, args)).result
      entries.set(key, entry)
    }
    latest = entry
    return { entry, leaves }
  }

  function build(backend: Backend, args: A): Entry<R> {
    const traced = trace(fn, args, { keep: (op) => backend.has(op), donated: donatedLeaves(args, donate) })
    const graph = keepConstants(simplify(traced.graph), backend)
    return {
      backend,
      form: treeReplace(
        args,
        graph.inputs.map((aval) => new Tensor(aval)),
      ),
      graph,
      executable: backend.compile(graph),
      result: traced.result,
      outputs: treeLeaves(traced.result).map(({ shape, dtype }) => ({ shape, dtype })),
    }
  }

  const compiled = (...args: A): R => {
    if (currentInterpreter() !== eager) return fn(...args)
    const { entry, leaves } = entryFor(args)
    const { backend, executable, graph, result, outputs } = entry
    const buffers = runDonating(backend, executable, leaves, graph.donated)
    return treeReplace(
      result,
      outputs.map((aval, index) => new Tensor(aval, new Storage(backend, buffers[index]!))),
    )
  }
  return Object.defineProperties(compiled, {
    traces: { get: () => traces },
    graph: { value: (...args: A) => entryFor(args).entry.graph },
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

function allOn(backend: Backend, leaves: readonly Tensor[]): boolean {
  if (leaves.length === 0) return currentBackend() === backend
  return leaves.every((leaf) => leaf.storage.memory === backend)
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
