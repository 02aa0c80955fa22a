import type { Aval } from './aval.ts'
import { TraceError } from './errors.ts'
import { type Graph, makeNode, type Node } from './graph.ts'
import { applyAll, type Interpreter, withInterpreter } from './interpreter.ts'
import { computedShapes, type Op } from './op.ts'
import { Tensor } from './tensor.ts'
import { treeLeaves, treeReplace } from './tree.ts'

/** A traced function. `result` is its return value, with tensors that have no value. */
export interface Traced<R> {
  readonly graph: Graph
  readonly result: R
}

export interface TraceOptions {
  /** Whether a composite is kept whole; the body of others is traced instead. Default: none is kept. */
  readonly keep?: (op: Op) => boolean
  /** Which leaves of the arguments the graph may overwrite. */
  readonly donated?: readonly number[]
}

/**
 * Runs `fn` on tensors without values and writes every op that it applies into a graph. Tensors with values become constants
 * of the graph. `fn` must be synchronous and must not read values.
 *
 * @example
 * import { mul, tensor } from '@gradus/tensor'
 * import { trace } from '@gradus/tensor/internals'
 * const { graph } = trace((x) => mul(x, x), [tensor([1, 2])])
 * graph.nodes.map((node) => node.op.name) // => ['mul']
 */
export function trace<A extends readonly unknown[], R>(
  fn: (...args: A) => R,
  args: A,
  { keep, donated = [] }: TraceOptions = {},
): Traced<R> {
  const { graph, captured, result } = traceOpen(fn, args, keep)
  const foreign = captured.find((tensor) => !tensor.concrete)
  if (foreign) {
    throw new TraceError(
      `A ${foreign.dtype} tensor of shape [${foreign.shape.join(', ')}] from another traced function was used in this one. ` +
        'Pass it as an argument instead of keeping it in a variable.',
    )
  }
  const inputs = graph.inputs.slice(0, graph.inputs.length - captured.length)
  return { graph: { ...graph, inputs, constants: captured, donated }, result }
}

/**
 * Like `trace`, but tensors that `fn` closes over, with a value or of another traced function, become inputs: the graph has no
 * constants, and the `captured` tensors are its last inputs.
 */
export function traceOpen<A extends readonly unknown[], R>(
  fn: (...args: A) => R,
  args: A,
  keep: (op: Op) => boolean = () => false,
): Traced<R> & { readonly captured: readonly Tensor[] } {
  const tracer = new Tracer(keep)
  const inputs = treeLeaves(args).map(({ shape, dtype }) => new Tensor({ shape, dtype }))
  const result = withInterpreter(tracer, () => fn(...treeReplace(args, inputs)))
  return { ...tracer.write(inputs, treeLeaves(result)), result }
}

interface RecordedOp {
  readonly op: Op
  readonly inputs: readonly Tensor[]
  readonly params: unknown
  readonly outputs: readonly Tensor[]
}

class Tracer implements Interpreter {
  private readonly ops: RecordedOp[] = []

  constructor(private readonly keep: (op: Op) => boolean) {}

  apply(op: Op, inputs: readonly Tensor[], params: unknown): readonly Tensor[] {
    if (op.inline && !this.keep(op)) {
      const inline = op.inline
      return [withInterpreter(this, () => inline.call(op, inputs, params))]
    }
    if (op.inlineBody) ({ inputs, params } = op.inlineBody(inputs, params, this.keep))
    const outputs = computedShapes(op, inputs, params).map((aval) => new Tensor(aval))
    this.ops.push({ op, inputs, params, outputs })
    return outputs
  }

  /** The graph of the applied ops, and the tensors in it that are neither `inputs` nor results. */
  write(inputs: readonly Tensor[], outputs: readonly Tensor[]): { graph: Graph; captured: readonly Tensor[] } {
    const made = new Set<Tensor>([...inputs, ...this.ops.flatMap((op) => op.outputs)])
    const used = [...this.ops.flatMap((op) => op.inputs), ...outputs]
    const captured = [...new Set(used.filter((tensor) => !made.has(tensor)))]
    const numbers = new Map<Tensor, number>()
    const number = (tensor: Tensor) => numbers.set(tensor, numbers.size)
    for (const tensor of [...inputs, ...captured]) number(tensor)
    const nodes = this.ops.map(({ op, inputs, params, outputs }): Node => {
      const from = inputs.map((tensor) => numbers.get(tensor)!)
      outputs.forEach(number)
      return makeNode(op, from, params, outputs.map(avalOf))
    })
    const graph = {
      inputs: [...inputs, ...captured].map(avalOf),
      constants: [],
      nodes,
      outputs: outputs.map((tensor) => numbers.get(tensor)!),
      donated: [],
    }
    return { graph, captured }
  }
}

function avalOf({ shape, dtype }: Tensor): Aval {
  return { shape, dtype }
}

/** Applies the nodes of a graph to tensors, with the current interpreter. */
export function replay(graph: Graph, inputs: readonly Tensor[]): Tensor[] {
  const values: Tensor[] = [...inputs, ...graph.constants]
  for (const node of graph.nodes) {
    const from = node.inputs.map((index) => values[index]!)
    values.push(...applyAll(node.op, from, node.params))
  }
  return graph.outputs.map((output) => values[output]!)
}
