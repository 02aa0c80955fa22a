import { type Backend, BackendError, currentBackend, Tensor, treeLeaves, treeReplace } from '@gradus/tensor'
import {
  collect,
  currentInterpreter,
  eager,
  type Graph,
  Storage,
  backendOf as tensorBackend,
} from '@gradus/tensor/internals'
import { runDonating } from './donation.ts'
import { formOf, hasFormOf } from './form.ts'
import { type CompiledLoop, InPlaceLoop } from './in-place-loop.ts'
import { makeRepeatable, requireCount } from './repeatable.ts'
import { explainRetrace, obstacleToRepeat } from './retrace.ts'
import { simplify } from './simplify.ts'
import type { Specialization } from './specialization.ts'
import { Specializations } from './specializations.ts'
import { trace } from './trace.ts'

export interface CompileOptions {
  /** The positions of arguments whose tensors the results may overwrite; they cannot be read afterwards. */
  readonly donate?: readonly number[]
}

/** A compiled function, called like the original. */
export interface Compiled<A extends readonly unknown[], R> {
  (...args: A): R
  /** The number of traces so far: one per form of the arguments (tree, shapes, dtypes, plain values). */
  readonly traces: number
  /**
   * The reason for each trace after the first, compared with the most similar earlier form: `argument 2 (batch.inputs.0):
   * float32[10, 1] became float32[5, 1]`.
   */
  readonly retraces: readonly string[]
  /**
   * Calls the function `count` times, each time with the result as the next first argument, in one run of the program. The
   * first argument must be donated, and the result must have its form; otherwise throws `TypeError` and says what differs.
   *
   * @example
   * import { compile } from '@gradus/graph'
   * import { add, tensor } from '@gradus/tensor'
   * const step = compile((total, x) => add(total, x), { donate: [0] })
   * step.repeat(10, tensor([0, 1]), tensor([1, 2])).array() // => [10, 21]
   */
  repeat(count: number, ...args: A): R
  /**
   * Holds a first argument that the function turns into the next one, for loops over many calls. Its tensors stay the same
   * objects: each run writes the results into them. The first argument must be donated, and no other; otherwise throws
   * `TypeError`.
   *
   * @example
   * import { compile } from '@gradus/graph'
   * import { add, tensor } from '@gradus/tensor'
   * const loop = compile((total, x) => add(total, x), { donate: [0] }).loop(tensor([0, 1]))
   * loop.run(2, tensor([1, 2]))
   * loop.run(1, tensor([5, 5]))
   * loop.state.array() // => [7, 10]
   */
  loop(state: A[0]): CompiledLoop<A, R>
  /** The simplified graph for arguments of this form. */
  graph(...args: A): Graph
}

/** The most recently used programs are looked up first. Training has one for full batches and one for the last batch. */
const maxRecent = 4
/** The number of retraces, the last ones, that have an explanation. */
const maxRetraces = 256

/**
 * Compiles `fn` into one program per form of its arguments, instead of one call per op. Arguments and results are trees of
 * tensors; plain values in them are part of the form. `fn` must be synchronous and pure, and must not read values; tensors
 * that it closes over become constants of the program.
 *
 * Under another interpreter, inside another compiled function or inside `grad`, `fn` runs uncompiled, so that compiled
 * functions compose.
 *
 * @example
 * import { compile } from '@gradus/graph'
 * import { add, mul, tensor } from '@gradus/tensor'
 * const f = compile((x) => add(mul(x, x), 1))
 * f(tensor([1, 2, 3])).array() // => [2, 5, 10]
 */
export function compile<A extends readonly unknown[] = readonly Tensor[], R = Tensor>(
  fn: (...args: A) => R,
  options: CompileOptions = {},
): Compiled<A, R> {
  const { donate = [], ...others } = options
  for (const name of Object.keys(others)) {
    throw new TypeError(
      `compile has no option '${name}'. Its option is 'donate', the positions of arguments that results may overwrite.`,
    )
  }
  if (typeof fn !== 'function') {
    throw new TypeError(`compile takes a function of tensors, as in compile((x) => add(x, 1)), and got ${typeof fn}.`)
  }
  const cache = new WeakMap<Backend, Specializations<R>>()
  const recent: Specialization<R>[] = []
  const retraces: string[] = []
  let traces = 0

  function specialize(args: A): [specialization: Specialization<R>, leaves: readonly Tensor[]] {
    for (const [index, specialization] of recent.entries()) {
      const leaves: Tensor[] = []
      if (!hasFormOf(specialization.form, args, leaves) || !allOn(specialization.backend, leaves)) continue
      if (index > 0) moveToFront(specialization)
      return [specialization, leaves]
    }
    const leaves = treeLeaves(args)
    const backend = backendOf(leaves)
    let specializations = cache.get(backend)
    if (!specializations) cache.set(backend, (specializations = new Specializations()))
    const key = formOf(args)
    let specialization = specializations.get(key)
    if (!specialization) {
      if (traces++ > 0) retraces.push(explainRetrace(backend, specializations.forms, args))
      if (retraces.length > maxRetraces) retraces.shift()
      // tensors made here belong to the program: a `tidy` around the call must not free them
      specialization = collect(() => build(backend, args)).result
      specializations.add(key, specialization)
    }
    moveToFront(specialization)
    return [specialization, leaves]
  }

  function moveToFront(specialization: Specialization<R>): void {
    const index = recent.indexOf(specialization)
    if (index >= 0) recent.splice(index, 1)
    // a backend that is no longer used must not be kept by its programs
    if (recent[0] && recent[0].backend !== specialization.backend) recent.length = 0
    recent.unshift(specialization)
    if (recent.length > maxRecent) recent.pop()
  }

  function build(backend: Backend, args: A): Specialization<R> {
    const traced = trace(fn, args, { keep: (op) => backend.has(op), donated: donatedLeaves(args, donate) })
    const simple = simplify(traced.graph)
    const obstacle = donate.includes(0)
      ? obstacleToRepeat(args[0], traced.result)
      : 'the first argument is not donated; compile with { donate: [0] }'
    const graph = keepConstants(obstacle === undefined ? makeRepeatable(simple) : simple, backend)
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
      obstacle,
    }
  }

  function run(
    { backend, executable, graph, result, outputs }: Specialization<R>,
    leaves: readonly Tensor[],
    count: number,
  ): R {
    const buffers = runDonating(backend, executable, leaves, graph.donated, count)
    return treeReplace(
      result,
      outputs.map((aval, index) => new Tensor(aval, new Storage(backend, buffers[index]!))),
    )
  }

  const compiled = (...args: A): R => {
    if (currentInterpreter() !== eager) return fn(...args)
    const [specialization, leaves] = specialize(args)
    return run(specialization, leaves, 1)
  }

  const repeat = (count: number, ...args: A): R => {
    requireCount('repeat', count)
    if (currentInterpreter() !== eager) {
      let result = fn(...args)
      for (let done = 1; done < count; done++) result = fn(...([result, ...args.slice(1)] as unknown as A))
      return result
    }
    const [specialization, leaves] = specialize(args)
    if (specialization.obstacle !== undefined) {
      throw new TypeError(`repeat: the result cannot take the place of the first argument: ${specialization.obstacle}.`)
    }
    return run(specialization, leaves, count)
  }

  const loop = (first: A[0]): CompiledLoop<A, R> => {
    if (donate.length !== 1 || donate[0] !== 0) {
      throw new TypeError('loop: the first argument must be donated, and no other; compile with { donate: [0] }.')
    }
    return new InPlaceLoop(first, specialize, compiled)
  }

  return Object.defineProperties(compiled, {
    loop: { value: loop },
    traces: { get: () => traces },
    retraces: { get: () => retraces },
    repeat: { value: repeat },
    graph: { value: (...args: A) => specialize(args)[0].graph },
  }) as Compiled<A, R>
}

/** The graph with its own references to the buffers of its constants, which stay alive when the originals are disposed. */
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
