import { viewRoots } from '@gradus/graph/internals'
import { type Aval, type Graph, type Node, numberingOf } from '@gradus/tensor/internals'
import { type LoweredNode, type Lowering, loweringOf } from '@gradus/tensor/lowering'

/**
 * The role of a node in kernels. `inlined`: it is computed where its result is read. `map`: each element is computed
 * independently. `reduce` and `contract`: elements are combined. `stores`: several loops write its result. `opaque`: code
 * generators have code for it.
 */
export type Role = 'inlined' | 'map' | 'reduce' | 'contract' | 'stores' | 'opaque'

/** A value made from constants and counters by at most this many ops is recomputed wherever it is read. */
const maxOpsComputedAgain = 3

/** An element is read through at most this many inlined nodes; the next one is stored. It bounds the size of kernels. */
const maxInlinedBehind = 64

/** How much a reduction adds to the size of a kernel: it needs loops and variables. */
const reductionWeight = 16
/** The cost, in additions, that adds 1 to the size of a kernel. */
const costPerWeight = 8

/** A primitive that is not elementwise and has no rule, so that no kernel can compute it. */
export class UnknownOp extends Error {
  constructor(readonly op: string) {
    super(`There is no rule for the op '${op}'.`)
  }
}

/** A graph and the facts that the passes over it share. A node is identified by its position in the graph. */
export class GraphAnalysis {
  readonly roles: readonly Role[]
  /** For each value its root: the value of which it is a view, or itself. They share memory. */
  readonly roots: readonly number[]
  /** For each value the number of inlined nodes through which an element of it is read; 0 for a value that is not inlined. */
  private readonly inlinedBehind: number[] = []
  private readonly lowerings: readonly Lowering[]
  private readonly lowered: readonly LoweredNode<never>[]
  private readonly numbering

  /** Throws `UnknownOp` for a primitive without a rule. */
  constructor(readonly graph: Graph) {
    this.numbering = numberingOf(graph)
    this.roots = viewRoots(graph)
    this.lowerings = graph.nodes.map(({ op }) => {
      const lowering = loweringOf(op)
      if (!lowering) throw new UnknownOp(op.name)
      return lowering
    })
    this.lowered = graph.nodes.map(({ op, params, aval, inputs }) => ({
      op,
      params: params as never,
      aval,
      inputs: inputs.map((value) => this.aval(value)),
    }))
    this.roles = this.assignRoles()
  }

  aval(value: number): Aval {
    return this.numbering.avals[value]!
  }

  /** The node that makes a value; -1 for inputs and constants. */
  makerOf(value: number): number {
    return this.numbering.maker[value]!
  }

  /** The first value that a node makes. */
  valueOf(node: number): number {
    return this.numbering.first[node]!
  }

  node(index: number): Node {
    return this.graph.nodes[index]!
  }

  /** A node as its rule sees it. */
  loweredNode(index: number): LoweredNode<never> {
    return this.lowered[index]!
  }

  /** The rule of a node. */
  lowering(index: number): Lowering {
    return this.lowerings[index]!
  }

  /** The rule of a node that is known to be of this kind. */
  rule<K extends Lowering['kind']>(index: number, kind: K): Extract<Lowering, { kind: K }> {
    const rule = this.lowerings[index]!
    if (rule.kind !== kind) throw new Error(`Node ${index} has a rule of kind '${rule.kind}', not '${kind}'.`)
    return rule as Extract<Lowering, { kind: K }>
  }

  /** Whether a node applies an elementwise op. */
  isElementwise(index: number): boolean {
    return this.node(index).op.elementwise === true
  }

  /** The role of the node that makes a value; undefined for inputs and constants. */
  roleOf(value: number): Role | undefined {
    return this.roles[this.makerOf(value)]
  }

  /** Whether a value is computed where it is read. A value made from nothing may be stored as well. */
  isInlined(value: number): boolean {
    const maker = this.makerOf(value)
    if (maker < 0) return false
    return this.roles[maker] === 'inlined' || (this.node(maker).inputs.length === 0 && this.isMovement(maker))
  }

  /** Whether a node computes nothing: its rule says `inlined`. */
  private isMovement(index: number): boolean {
    const rule = this.lowerings[index]!
    return rule.kind === 'element' && rule.inlined === true
  }

  /** The size of the code for a node, with the inlined nodes that it reads. */
  weightOf(index: number): number {
    const { op, inputs } = this.node(index)
    const behind = inputs.reduce((sum, value) => sum + this.inlinedBehind[value]!, 0)
    const own = this.roles[index] === 'reduce' ? reductionWeight : 1 + Math.floor((op.cost ?? 1) / costPerWeight)
    return own + behind
  }

  private assignRoles(): Role[] {
    // for each value, the number of ops that make it from constants and counters
    const opsFromNothing = new Array<number>(this.roots.length).fill(Number.POSITIVE_INFINITY)
    const { inlinedBehind } = this
    for (let value = 0; value < this.roots.length; value++) inlinedBehind.push(0)
    const roles = this.graph.nodes.map((node, index): Role => {
      const role = this.roleOfNode(index)
      const ops = node.inputs.reduce((sum, value) => sum + opsFromNothing[value]!, this.isElementwise(index) ? 1 : 0)
      const again = (this.isElementwise(index) || role === 'inlined') && ops <= maxOpsComputedAgain
      if (again) opsFromNothing[this.valueOf(index)] = ops
      if (!again && role !== 'inlined') return role
      const behind = node.inputs.reduce((sum, value) => sum + inlinedBehind[value]!, 1)
      if (behind > maxInlinedBehind) return 'map'
      inlinedBehind[this.valueOf(index)] = behind
      return 'inlined'
    })
    this.storeNeeded(roles)
    return roles
  }

  /** Outputs and the inputs of opaque nodes must lie in memory, so they cannot be inlined. */
  private storeNeeded(roles: Role[]): void {
    const { graph, roots } = this
    const needed = new Set(graph.outputs.map((value) => roots[value]!))
    graph.nodes.forEach((node, index) => {
      if (roles[index] === 'opaque') for (const value of node.inputs) needed.add(roots[value]!)
    })
    for (const value of needed) {
      const maker = this.makerOf(value)
      if (roles[maker] !== 'inlined') continue
      roles[maker] = 'map'
      // values made from nothing are stored and recomputed
      if (this.node(maker).inputs.length > 0) this.inlinedBehind[value] = 0
    }
  }

  private roleOfNode(index: number): Role {
    const rule = this.lowerings[index]!
    switch (rule.kind) {
      case 'element':
        return rule.inlined ? 'inlined' : 'map'
      case 'reduction':
        // a reduction without inner loops only moves elements
        return rule.inner(this.loweredNode(index)).length > 0 ? 'reduce' : 'map'
      case 'contraction':
        return 'contract'
      default:
        return rule.kind
    }
  }
}
