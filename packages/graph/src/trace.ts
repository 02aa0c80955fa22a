import {
  type Aval,
  apply,
  type Graph,
  type Interpreter,
  type Node,
  type Op,
  Tensor,
  TraceError,
  treeLeaves,
  treeReplace,
  withInterpreter,
} from '@gradus/tensor'

/** A function written down as a graph. `result` is what the function returned, with tensors that have no value. */
export interface Traced<R> {
  readonly graph: Graph
  readonly result: R
}

export interface TraceOptions {
  /** Composites to keep whole; the others are written down as their parts. Default: none. */
  readonly keep?: (op: Op) => boolean
  /** Which leaves of the arguments the graph may overwrite. */
  readonly donated?: readonly number[]
}

/**
 * Runs `fn` on tensors without values and writes down every op it applies. Tensors with values that it meets become
 * constants of the graph. `fn` must be synchronous and must not read values.
 *
 * @example
 * import { mul, tensor } from '@gradus/tensor'
 * import { printGraph, trace } from '@gradus/graph'
 * const { graph } = trace((x) => mul(x, x), [tensor([1, 2])])
 * graph.nodes.map((node) => node.op.name) // => ['mul']
 */
export function trace<A extends readonly unknown[], R>(
  fn: (...args: A) => R,
  args: A,
  options: TraceOptions = {},
): Traced<R> {
  const tracer = new Tracer(options.keep ?? (() => false))
  const inputs = treeLeaves(args).map(({ shape, dtype }) => new Tensor({ shape, dtype }))
  const result = withInterpreter(tracer, () => fn(...treeReplace(args, inputs)))
  return { graph: tracer.graph(inputs, treeLeaves(result), options.donated ?? []), result }
}

interface Step {
  readonly op: Op
  readonly inputs: readonly Tensor[]
  readonly params: unknown
  readonly output: Tensor
}

class Tracer implements Interpreter {
  private readonly steps: Step[] = []

  constructor(private readonly keep: (op: Op) => boolean) {}

  apply(op: Op, inputs: readonly Tensor[], params: unknown): Tensor {
    if (op.inline && !this.keep(op)) {
      const inline = op.inline
      return withInterpreter(this, () => inline.call(op, inputs, params))
    }
    const output = new Tensor(op.shape(inputs, params))
    this.steps.push({ op, inputs, params, output })
    return output
  }

  graph(inputs: readonly Tensor[], outputs: readonly Tensor[], donated: readonly number[]): Graph {
    const numbers = new Map<Tensor, number>()
    const constants = new Set<Tensor>()
    const made = new Set<Tensor>([...inputs, ...this.steps.map((step) => step.output)])
    for (const tensor of [...this.steps.flatMap((step) => step.inputs), ...outputs]) {
      if (made.has(tensor)) continue
      if (!tensor.concrete) {
        throw new TraceError(
          `A ${tensor.dtype} tensor of shape [${tensor.shape.join(', ')}] from another traced function was used in this one. ` +
            'Pass it as an argument instead of keeping it in a variable.',
        )
      }
      constants.add(tensor)
    }
    for (const tensor of [...inputs, ...constants]) numbers.set(tensor, numbers.size)
    const nodes = this.steps.map(({ op, inputs: from, params, output }): Node => {
      const node = { op, inputs: from.map((tensor) => numbers.get(tensor)!), params, aval: avalOf(output) }
      numbers.set(output, numbers.size)
      return node
    })
    return {
      inputs: inputs.map(avalOf),
      constants: [...constants],
      nodes,
      outputs: outputs.map((tensor) => numbers.get(tensor)!),
      donated,
    }
  }
}

function avalOf({ shape, dtype }: Tensor): Aval {
  return { shape, dtype }
}

/** Applies the nodes of a graph to tensors, under whatever interpreter is in force. */
export function replay(graph: Graph, inputs: readonly Tensor[]): Tensor[] {
  const values: Tensor[] = [...inputs, ...graph.constants]
  for (const node of graph.nodes)
    values.push(
      apply(
        node.op,
        node.inputs.map((index) => values[index]!),
        node.params,
      ),
    )
  return graph.outputs.map((output) => values[output]!)
}
