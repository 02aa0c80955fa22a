import type { Aval } from './aval.ts'
import { type Backend, backendOf, currentBackend, type Executable } from './backend.ts'
import { BackendError } from './errors.ts'
import { makeNode } from './graph.ts'
import { computedShapes, type Op, shapesOf } from './op.ts'
import { paramsKey } from './params-key.ts'
import { Storage } from './storage.ts'
import { Tensor } from './tensor.ts'
import { tidy } from './tidy.ts'

/** Applies ops: runs them now, records them for a gradient, writes them into a graph, or infers their shapes. */
export interface Interpreter {
  /** The outputs of the op: one, except for the few ops that have `shapes`. */
  apply(op: Op, inputs: readonly Tensor[], params: unknown): readonly Tensor[]
}

/** Applies an op with the current interpreter and returns its (first) output. Every application of an op goes through here. */
export function apply<P>(op: Op<P>, inputs: readonly Tensor[], params: P): Tensor {
  return current.apply(op as Op, inputs, params)[0]!
}

/** Like `apply`, but returns all outputs. */
export function applyAll<P>(op: Op<P>, inputs: readonly Tensor[], params: P): readonly Tensor[] {
  return current.apply(op as Op, inputs, params)
}

/** Runs `body` with `interpreter` as the current one. `body` must be synchronous: throws for a promise. */
export function withInterpreter<T>(interpreter: Interpreter, body: () => T): T {
  const saved = current
  current = interpreter
  try {
    const result = body()
    if (result instanceof Promise) {
      throw new TypeError(
        'A traced function returned a promise. Functions given to compile, grad, vjp and scan must be synchronous: await before or after.',
      )
    }
    return result
  } finally {
    current = saved
  }
}

/** The interpreter that applies ops now. */
export function currentInterpreter(): Interpreter {
  return current
}

/** Runs ops now, each as a cached executable of one node on the backend where its inputs live. */
export const eager: Interpreter = {
  apply(op, inputs, params) {
    const backend = commonBackend(op, inputs)
    if (op.inline && !backend.has(op)) {
      const inline = op.inline
      return [withInterpreter(eager, () => tidy(() => inline.call(op, inputs, params)))]
    }
    if (op.inlineBody) ({ inputs, params } = op.inlineBody(inputs, params, (part) => backend.has(part)))
    const avals = computedShapes(op, inputs, params)
    if (op.view) return [new Tensor(avals[0]!, inputs[0]!.storage.retain())]
    const executable = executableOf(backend, op, inputs, params, avals)
    const buffers = executable.run(inputs.map((input) => input.storage.buffer))
    return avals.map((aval, index) => new Tensor(aval, new Storage(backend, buffers[index]!)))
  },
}

/** Infers shapes and dtypes: results have no values. */
export const shapeOnly: Interpreter = {
  apply(op, inputs, params) {
    return shapesOf(op, inputs, params).map((aval) => new Tensor(aval))
  },
}

let current: Interpreter = eager

/** Runs `body` with shapes only and returns its result, with tensors that have no values. */
export function inferShapes<T>(body: () => T): T {
  return withInterpreter(shapeOnly, body)
}

function commonBackend(op: Op, inputs: readonly Tensor[]): Backend {
  if (inputs.length === 0) return currentBackend()
  const backend = backendOf(inputs[0]!)
  for (const input of inputs) {
    if (input.storage.memory !== backend) {
      const { name } = input.storage.memory
      const other = name === backend.name ? `another ${name} backend, because useBackend was called in between` : name
      throw new BackendError(
        `${op.name}: one input lives on the ${backend.name} backend and another on ${other}. ` +
          'Move one of them with `await toBackend(tensor, backend)`.',
      )
    }
  }
  return backend
}

const executables = new WeakMap<Backend, WeakMap<Op, Map<string, Executable>>>()
const cachedPerOp = 256

function executableOf(
  backend: Backend,
  op: Op,
  inputs: readonly Aval[],
  params: unknown,
  avals: readonly Aval[],
): Executable {
  let byOp = executables.get(backend)
  if (!byOp) executables.set(backend, (byOp = new WeakMap()))
  let byKey = byOp.get(op)
  if (!byKey) byOp.set(op, (byKey = new Map()))
  // this takes most of the time of a small op, so it has plain loops
  let key = params === null ? '' : paramsKey(params)
  for (const { dtype, shape } of inputs) {
    key += dtype
    for (const dimension of shape) key += `,${dimension}`
  }
  let executable = byKey.get(key)
  if (!executable) {
    executable = backend.compile({
      inputs: inputs.map(({ shape, dtype }) => ({ shape, dtype })),
      constants: [],
      nodes: [
        makeNode(
          op,
          inputs.map((_, index) => index),
          params,
          avals,
        ),
      ],
      outputs: avals.map((_, index) => inputs.length + index),
      donated: [],
    })
    if (byKey.size >= cachedPerOp) byKey.clear()
    byKey.set(key, executable)
  }
  return executable
}
