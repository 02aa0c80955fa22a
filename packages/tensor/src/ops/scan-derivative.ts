import { isFloat } from '../dtype.ts'
import { avalOf, avalsOf, type Graph, type Node, numberingOf } from '../graph.ts'
import { canonical } from '../params-key.ts'
import { Tape } from '../tape.ts'
import { Tensor } from '../tensor.ts'
import { replay, traceOpen } from '../trace.ts'
import { add } from './arithmetic.ts'
import { zerosLike } from './create.ts'

// The derivative of a loop, from the derivative of its step. The step is traced together with its pullback (a tape above a
// tracer), and this joint graph is cut in two. The forward part is the step, with the values that the pullback reads as
// further results: no step is computed twice, at the price of keeping these values for all steps, as an unrolled loop does.
// (What the step wraps in `checkpoint` keeps only its inputs.) The backward part is the step of a loop the other way round.
// Its carries are the cotangents of the carries, and the sums so far of the cotangents of the invariant inputs; it reads,
// step by step, the cotangents of the results, what was kept, and the elements of the sequences.

/** The step of a loop, and how its inputs are divided. */
export interface LoopBody {
  /**
   * Inputs: the carries, one element of each sequence, and what is the same in every step. Outputs: the next carries and
   * one element of each result. Without constants.
   */
  readonly body: Graph
  readonly carries: number
  readonly sequences: number
}

/** The step of the loop back. The lists say what to give it and what comes out, by numbers of the forward step. */
export interface BackwardBody extends LoopBody {
  /** The first carries: cotangents of these carries. */
  readonly carried: readonly number[]
  /** The other carries: sums of the cotangents of these inputs. */
  readonly summed: readonly number[]
  /** The first sequences: cotangents of these outputs. */
  readonly cotangents: readonly number[]
  /** Sequences after them: these outputs. */
  readonly kept: readonly number[]
  /** The last sequences: these inputs. */
  readonly elements: readonly number[]
  /** The invariant inputs: these inputs, and then the captured tensors. */
  readonly invariants: readonly number[]
  readonly captured: readonly Tensor[]
  /** The results: cotangents of these inputs. */
  readonly pulled: readonly number[]
}

/** The derivative of a step by the inputs for which `active` holds. */
export class BodyDerivative {
  /** Which outputs of the step carry a derivative. */
  readonly outputs: readonly boolean[]
  /** The step, with what the way back needs as further results. */
  readonly forward: Graph
  /** What the forward step reads after the inputs of the step: tensors that its ops brought along. */
  readonly captured: readonly Tensor[]

  private readonly inputs: readonly boolean[]
  private readonly whole: Joint
  // the output of the forward step that gives a value of a joint graph
  private readonly places = new Map<number, number>()

  constructor(
    private readonly loop: LoopBody,
    active: readonly boolean[],
  ) {
    const { inputs, outputs } = activity(loop, active)
    this.inputs = inputs
    this.outputs = outputs
    this.whole = jointOf(loop, inputs, outputs, outputs)
    const { graph, captured, results } = this.whole
    const { forward, kept } = cut(this.whole, loop)
    const further: number[] = []
    for (const value of kept) {
      // what is a result anyway is not kept a second time
      const result = results.indexOf(value, loop.carries)
      const place = result >= 0 ? result : results.length + further.push(value) - 1
      this.places.set(nameOf(graph, value), place)
    }
    this.captured = [...captured.values()]
    this.forward = partOf(graph, [...loop.body.inputs.keys(), ...captured.keys()], forward, [...results, ...further])
  }

  /** The step back, where the results for which `wanted` holds have cotangents; the carries always have. */
  backward(wanted: readonly boolean[]): BackwardBody {
    const { loop, inputs, outputs } = this
    const same = outputs.every((active, output) => wanted[output] || !active || output < loop.carries)
    const joint = same ? this.whole : jointOf(loop, inputs, outputs, wanted)
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
      kept: kept.map((value) => this.places.get(nameOf(graph, value))!),
      elements: elements.filter(isNeeded),
      invariants: invariants.filter(isNeeded),
      pulled: elements.filter(isPulled),
    }
    const brought = [...captured.keys()].filter(isNeeded)
    const read = [
      ...lists.carried.map((carry) => cotangents.get(carry)!),
      ...lists.summed.map((input) => sums.get(input)!),
      ...lists.cotangents.map((output) => cotangents.get(output)!),
      ...kept,
      ...lists.elements,
      ...lists.invariants,
      ...brought,
    ]
    const made = [...lists.carried, ...lists.summed, ...lists.pulled].map((input) => pulled.get(input)!)
    return {
      ...lists,
      body: partOf(graph, read, backward, made),
      carries: lists.carried.length + lists.summed.length,
      sequences: lists.cotangents.length + lists.kept.length + lists.elements.length,
      captured: brought.map((value) => captured.get(value)!),
    }
  }
}

/** The inputs of a step by kind. */
function inputsOf({ body, carries, sequences }: LoopBody) {
  const all = [...body.inputs.keys()]
  const last = carries + sequences
  return { carries: all.slice(0, carries), elements: all.slice(carries, last), invariants: all.slice(last) }
}

/** Which inputs and outputs carry a derivative: a carry does as soon as it depends on an input that does. */
function activity({ body, carries }: LoopBody, active: readonly boolean[]) {
  const inputs = body.inputs.map(({ dtype }, input) => active[input] === true && isFloat(dtype))
  for (;;) {
    const values = [...inputs]
    for (const node of body.nodes) {
      const { vjp, linearise, inline } = node.op
      const flows = Boolean(vjp ?? linearise ?? inline) && node.inputs.some((value) => values[value])
      for (const { dtype } of avalsOf(node)) values.push(flows && isFloat(dtype))
    }
    const outputs = body.outputs.map((value, output) => values[value]! || (output < carries && inputs[output]!))
    const grown = outputs.flatMap((flows, output) => (flows && output < carries && !inputs[output] ? [output] : []))
    if (grown.length === 0) return { inputs, outputs }
    for (const carry of grown) inputs[carry] = true
  }
}

/** A step and its pullback in one graph. Its inputs: those of the step, the sums, the cotangents, what was captured. */
interface Joint {
  readonly graph: Graph
  readonly captured: ReadonlyMap<number, Tensor>
  /** The values of the step's outputs. */
  readonly results: readonly number[]
  /** By invariant inputs, the value of the sum so far of its cotangents. */
  readonly sums: ReadonlyMap<number, number>
  /** By outputs, the value of the cotangent. */
  readonly cotangents: ReadonlyMap<number, number>
  /** By inputs to which something flows, the value of the cotangent made; of an invariant one, of the next sum. */
  readonly pulled: ReadonlyMap<number, number>
}

/** The joint graph for the active inputs and outputs; only of the results for which `wanted` holds cotangents are used. */
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
        // a carry is handed on in any case
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

/** Which nodes run forward and which backward, the values handed over, and all values that the backward nodes read. */
function cut({ graph, results, pulled, captured }: Joint, loop: LoopBody) {
  const { maker } = numberingOf(graph)
  const forward = nodesFor(graph, results, () => false).nodes
  // what invariant inputs alone decide is computed again rather than kept once per step, and views cost nothing
  const { invariants } = inputsOf(loop)
  const same = new Set([...invariants, ...captured.keys()])
  const handedOver = graph.nodes.map((node, index) => {
    const fixed = node.inputs.every((value) => same.has(value))
    if (fixed) for (const value of outputsOf(graph, index)) same.add(value)
    return forward.has(index) && !fixed && !node.op.view
  })
  const { nodes: backward, needed } = nodesFor(graph, [...pulled.values()], (index) => handedOver[index]!)
  const isKept = (value: number) => value < loop.carries || (maker[value]! >= 0 && handedOver[maker[value]!]!)
  return { forward, backward, needed, kept: [...needed].filter(isKept).sort((a, b) => a - b) }
}

function outputsOf(graph: Graph, index: number): number[] {
  return avalsOf(graph.nodes[index]!).map((_, output) => numberingOf(graph).first[index]! + output)
}

/** The nodes from which `values` are made, up to the nodes for which `stop` holds, and the values that they need. */
function nodesFor(graph: Graph, values: readonly number[], stop: (index: number) => boolean) {
  const needed = new Set(values)
  const nodes = new Set<number>()
  for (let index = graph.nodes.length - 1; index >= 0; index--) {
    if (stop(index) || !outputsOf(graph, index).some((value) => needed.has(value))) continue
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
    for (const value of outputsOf(graph, index)) renamed.set(value, renamed.size)
  }
  return canonical({
    inputs: read.map((value) => avalOf(graph, value)),
    constants: [],
    nodes: chosen,
    outputs: outputs.map((value) => renamed.get(value)!),
    donated: [],
  })
}

/** A name for a carry, or for the value of a node, which does not depend on how much was captured. */
function nameOf(graph: Graph, value: number): number {
  return value < graph.inputs.length ? -1 - value : value - graph.inputs.length
}
