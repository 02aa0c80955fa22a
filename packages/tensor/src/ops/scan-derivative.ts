import { isFloat } from '../dtype.ts'
import { avalOf, avalsOf, type Graph, type Node, numberingOf, valuesOf } from '../graph.ts'
import { canonical } from '../params-key.ts'
import { Tape } from '../tape.ts'
import { Tensor } from '../tensor.ts'
import { replay, traceOpen } from '../trace.ts'
import { add } from './arithmetic.ts'
import { zerosLike } from './create.ts'

// The derivative of a loop, from the derivative of its body. The body is traced together with its pullback (a tape
// above a tracer), and this joint graph is cut in two. The forward part is the body with the residuals as further
// results: values that the pullback reads. No iteration is computed twice; in exchange the residuals of all iterations
// are kept, as in an unrolled loop. (Of a `checkpoint` in the body only the inputs are kept.) The backward part is the
// body of a loop that runs in the opposite direction. It carries the cotangents of the carries and the running sums of
// the cotangents of the invariant inputs. Each iteration reads the cotangents of the results, the residuals, and the
// elements of the sequences.

/** The body of a loop, and how its inputs are divided. */
export interface LoopBody {
  /**
   * Inputs: the carries, one element of each sequence, and the values that are the same in every iteration. Outputs: the
   * next carries and one element of each result. Without constants.
   */
  readonly body: Graph
  readonly carries: number
  readonly sequences: number
}

/** The body of the backward loop. The lists name its inputs and outputs by positions in the forward body. */
export interface BackwardBody extends LoopBody {
  /** The first carries are the cotangents of these carries. */
  readonly carried: readonly number[]
  /** The other carries are the sums of the cotangents of these inputs. */
  readonly summed: readonly number[]
  /** The first sequences are the cotangents of these outputs. */
  readonly cotangents: readonly number[]
  /** The next sequences are these outputs. */
  readonly kept: readonly number[]
  /** The last sequences are these inputs. */
  readonly elements: readonly number[]
  /** The invariant inputs are these inputs, and then the captured tensors. */
  readonly invariants: readonly number[]
  readonly captured: readonly Tensor[]
  /** The results are the cotangents of these inputs. */
  readonly pulled: readonly number[]
}

/** The derivative of a body by the inputs for which `active` holds. */
export class BodyDerivative {
  /** Which outputs of the body carry a derivative. */
  readonly outputs: readonly boolean[]
  /** The body with the residuals as further results. */
  readonly forward: Graph
  /** The tensors that ops of the forward body captured: its inputs after those of the body. */
  readonly captured: readonly Tensor[]

  private readonly inputs: readonly boolean[]
  private readonly joint: Joint
  // the output of the forward body that holds a value of a joint graph
  private readonly outputOf = new Map<number, number>()

  constructor(
    private readonly loop: LoopBody,
    active: readonly boolean[],
  ) {
    const { inputs, outputs } = activity(loop, active)
    this.inputs = inputs
    this.outputs = outputs
    this.joint = jointOf(loop, inputs, outputs, outputs)
    const { graph, captured, results } = this.joint
    const { forward, kept } = cut(this.joint, loop)
    const residuals: number[] = []
    for (const value of kept) {
      // a result is not kept a second time
      const result = results.indexOf(value, loop.carries)
      const output = result >= 0 ? result : results.length + residuals.push(value) - 1
      this.outputOf.set(nameOf(graph, value), output)
    }
    this.captured = [...captured.values()]
    this.forward = partOf(graph, [...loop.body.inputs.keys(), ...captured.keys()], forward, [...results, ...residuals])
  }

  /** The backward body when the results for which `wanted` holds have cotangents; the carries always have. */
  backward(wanted: readonly boolean[]): BackwardBody {
    const { loop, inputs, outputs } = this
    const same = outputs.every((active, output) => wanted[output] || !active || output < loop.carries)
    const joint = same ? this.joint : jointOf(loop, inputs, outputs, wanted)
    const { graph, captured, sums, cotangents, pulled } = joint
    const { backward, kept, needed } = cut(joint, loop)
    const { carries, elements, invariants } = inputsOf(loop)
    const isPulled = (input: number) => pulled.has(input)
    const isNeeded = (value: number) => needed.has(value)
    const lists = {
      carried: carries.filter(isPulled),
      summed: invariants.filter(isPulled),
      cotangents: [...cotangents.keys()].filter(
        (output) => output >= loop.carries && isNeeded(cotangents.get(output)!),
      ),
      kept: kept.map((value) => this.outputOf.get(nameOf(graph, value))!),
      elements: elements.filter(isNeeded),
      invariants: invariants.filter(isNeeded),
      pulled: elements.filter(isPulled),
    }
    const usedCaptures = [...captured.keys()].filter(isNeeded)
    const read = [
      ...lists.carried.map((carry) => cotangents.get(carry)!),
      ...lists.summed.map((input) => sums.get(input)!),
      ...lists.cotangents.map((output) => cotangents.get(output)!),
      ...kept,
      ...lists.elements,
      ...lists.invariants,
      ...usedCaptures,
    ]
    const made = [...lists.carried, ...lists.summed, ...lists.pulled].map((input) => pulled.get(input)!)
    return {
      ...lists,
      body: partOf(graph, read, backward, made),
      carries: lists.carried.length + lists.summed.length,
      sequences: lists.cotangents.length + lists.kept.length + lists.elements.length,
      captured: usedCaptures.map((value) => captured.get(value)!),
    }
  }
}

/** The inputs of a body by kind. */
function inputsOf({ body, carries, sequences }: LoopBody) {
  const all = [...body.inputs.keys()]
  const last = carries + sequences
  return { carries: all.slice(0, carries), elements: all.slice(carries, last), invariants: all.slice(last) }
}

/** Which inputs and outputs carry a derivative. A carry does if it depends, in any iteration, on an input that does. */
function activity({ body, carries }: LoopBody, active: readonly boolean[]) {
  const inputs = body.inputs.map(({ dtype }, input) => active[input] === true && isFloat(dtype))
  for (;;) {
    const values = [...inputs]
    for (const node of body.nodes) {
      const { vjp, linearize, inline } = node.op
      const flows = Boolean(vjp ?? linearize ?? inline) && node.inputs.some((value) => values[value])
      for (const { dtype } of avalsOf(node)) values.push(flows && isFloat(dtype))
    }
    const outputs = body.outputs.map((value, output) => values[value]! || (output < carries && inputs[output]!))
    const grown = outputs.flatMap((flows, output) => (flows && output < carries && !inputs[output] ? [output] : []))
    if (grown.length === 0) return { inputs, outputs }
    for (const carry of grown) inputs[carry] = true
  }
}

/** A body and its pullback in one graph. Inputs: those of the body, the sums, the cotangents, and the captured tensors. */
interface Joint {
  readonly graph: Graph
  readonly captured: ReadonlyMap<number, Tensor>
  /** The values of the body's outputs. */
  readonly results: readonly number[]
  /** By invariant input, the value of the running sum of its cotangents. */
  readonly sums: ReadonlyMap<number, number>
  /** By output, the value of the cotangent. */
  readonly cotangents: ReadonlyMap<number, number>
  /** By input with a cotangent, the value of the cotangent; of an invariant input, the value of the next sum. */
  readonly pulled: ReadonlyMap<number, number>
}

/** The joint graph for the active inputs and outputs. It uses the cotangents of the results for which `wanted` holds. */
function jointOf(
  loop: LoopBody,
  active: readonly boolean[],
  outputs: readonly boolean[],
  wanted: readonly boolean[],
): Joint {
  const { body, carries } = loop
  const { invariants } = inputsOf(loop)
  const summed = invariants.filter((input) => active[input])
  const flowing = [...body.outputs.keys()].filter((output) => outputs[output])
  const { graph, captured, result } = traceOpen(
    (primals: readonly Tensor[], sums: readonly Tensor[], cotangents: readonly Tensor[]) => {
      const tape = new Tape()
      const sources = primals.map((primal, input) => (active[input] ? tape.watch(primal) : primal))
      const results = tape.record(() => replay(body, sources))
      const from = flowing.filter((output) => output < carries || wanted[output])
      const shares = tape.pull(
        from.map((output) => results[output]!),
        from.map((output) => cotangents[flowing.indexOf(output)]!),
        sources,
      )
      const pulled = sources.map((source, input) => {
        if (!active[input]) return null
        const share = shares[input]
        // a carry has a cotangent in any case
        if (!share) return input < carries ? zerosLike(source) : null
        return summed.includes(input) ? add(sums[summed.indexOf(input)]!, share) : share
      })
      return { results, pulled }
    },
    [
      body.inputs.map((aval) => new Tensor(aval)),
      summed.map((input) => new Tensor(body.inputs[input]!)),
      flowing.map((output) => new Tensor(avalOf(body, body.outputs[output]!))),
    ] as const,
    () => true,
  )
  const numbered = (keys: readonly number[], start: number) => new Map(keys.map((key, index) => [key, start + index]))
  const reached = result.pulled.flatMap((share, input) => (share ? [input] : []))
  const firstCaptured = graph.inputs.length - captured.length
  return {
    graph,
    captured: new Map(captured.map((tensor, index) => [firstCaptured + index, tensor])),
    results: graph.outputs.slice(0, body.outputs.length),
    sums: numbered(summed, body.inputs.length),
    cotangents: numbered(flowing, body.inputs.length + summed.length),
    pulled: new Map(reached.map((input, index) => [input, graph.outputs[body.outputs.length + index]!])),
  }
}

/** Which nodes run forward and which backward, the residuals, and all values that the backward nodes read. */
function cut({ graph, results, pulled, captured }: Joint, loop: LoopBody) {
  const { maker } = numberingOf(graph)
  const forward = nodesFor(graph, results, () => false).nodes
  // values of invariant inputs alone are computed again rather than kept once per iteration, and views cost nothing
  const { invariants } = inputsOf(loop)
  const same = new Set([...invariants, ...captured.keys()])
  const handedOver = graph.nodes.map((node, index) => {
    const fixed = node.inputs.every((value) => same.has(value))
    if (fixed) for (const value of valuesOf(graph, index)) same.add(value)
    return forward.has(index) && !fixed && !node.op.view
  })
  const { nodes: backward, needed } = nodesFor(graph, [...pulled.values()], (index) => handedOver[index]!)
  const isKept = (value: number) => value < loop.carries || (maker[value]! >= 0 && handedOver[maker[value]!]!)
  return { forward, backward, needed, kept: [...needed].filter(isKept).sort((a, b) => a - b) }
}

/** The nodes from which `values` are made, up to the nodes for which `stop` holds, and the values that they need. */
function nodesFor(graph: Graph, values: readonly number[], stop: (index: number) => boolean) {
  const needed = new Set(values)
  const nodes = new Set<number>()
  for (let index = graph.nodes.length - 1; index >= 0; index--) {
    if (stop(index) || !valuesOf(graph, index).some((value) => needed.has(value))) continue
    nodes.add(index)
    for (const value of graph.nodes[index]!.inputs) needed.add(value)
  }
  return { nodes, needed }
}

/** The chosen nodes as a graph whose inputs are the values `read`. */
function partOf(graph: Graph, read: readonly number[], nodes: ReadonlySet<number>, outputs: readonly number[]): Graph {
  const renamed = new Map(read.map((value, index) => [value, index]))
  const chosen: Node[] = []
  for (const [index, node] of graph.nodes.entries()) {
    if (!nodes.has(index)) continue
    chosen.push({ ...node, inputs: node.inputs.map((value) => renamed.get(value)!) })
    for (const value of valuesOf(graph, index)) renamed.set(value, renamed.size)
  }
  return canonical({
    inputs: read.map((value) => avalOf(graph, value)),
    constants: [],
    nodes: chosen,
    outputs: outputs.map((value) => renamed.get(value)!),
    donated: [],
  })
}

/** A name for a carry or for the value of a node. It does not depend on the number of captured tensors. */
function nameOf(graph: Graph, value: number): number {
  return value < graph.inputs.length ? -1 - value : value - graph.inputs.length
}
