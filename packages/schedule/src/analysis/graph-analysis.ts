import { viewRoots } from '@gradus/graph'
import { type Aval, type Graph, type Node, numberingOf } from '@gradus/tensor'
import { contractionRules } from '../rules/contraction-rules.ts'
import { mapRules } from '../rules/map-rules.ts'
import { reductionRules } from '../rules/reduction-rules.ts'

/**
 * What the generator does with a node: `free` ones are done where their result is read, `map` ones compute each element
 * alone, `reduce` and `contract` ones sum, and `whole` ones have code of their own over arrays in memory.
 */
export type Role = 'free' | 'map' | 'reduce' | 'contract' | 'whole'

/** Up to so many ops that start from constants and counters are done again wherever their result is needed. */
const generatedAnew = 3

/** The ops that have code of their own, by name, and whether their inputs must lie in memory as they are. */
export type WholeOps = Readonly<Record<string, { readonly fromMemory?: true }>>

/** A graph with what the passes over it need to know. Nodes are known by their place in the list. */
export class Program {
  readonly roles: readonly Role[]
  /** For each value the one whose memory it shares: itself, or what it is a view of. */
  readonly roots: readonly number[]
  private readonly numbering

  constructor(
    readonly graph: Graph,
    private readonly wholeOps: WholeOps,
  ) {
    this.numbering = numberingOf(graph)
    this.roots = viewRoots(graph)
    this.roles = this.assignRoles()
  }

  aval(value: number): Aval {
    return this.numbering.avals[value]!
  }

  /** The node that makes a value; -1 for inputs and constants. */
  makerOf(value: number): number {
    return this.numbering.maker[value]!
  }

  /** The (first) value that a node makes. */
  valueOf(node: number): number {
    return this.numbering.first[node]!
  }

  node(index: number): Node {
    return this.graph.nodes[index]!
  }

  /** The role of the node that makes a value; undefined for inputs and constants. */
  roleOf(value: number): Role | undefined {
    return this.roles[this.makerOf(value)]
  }

  /** Whether the inputs of a node must lie in memory as they are. */
  readsMemory(node: number): boolean {
    return this.roles[node] === 'whole' && this.wholeOps[this.node(node).op.name]!.fromMemory === true
  }

  /** Whether a value is computed where it is read: its node is free, or makes it from nothing (and may be stored besides). */
  isInlined(value: number): boolean {
    const maker = this.makerOf(value)
    if (maker < 0) return false
    const node = this.node(maker)
    return this.roles[maker] === 'free' || (node.inputs.length === 0 && mapRules[node.op.name]?.free === true)
  }

  inputsOf(node: Node): Aval[] {
    return node.inputs.map((value) => this.aval(value))
  }

  private assignRoles(): Role[] {
    // how many ops make the value from nothing in memory; such values are cheap to compute again where they are read
    const generated = new Array<number>(this.roots.length).fill(Number.POSITIVE_INFINITY)
    const roles = this.graph.nodes.map((node, index): Role => {
      const role = this.roleOfNode(node)
      if (role === undefined) throw new UnknownOp(node.op.name)
      const inputs = node.inputs.reduce((sum, value) => sum + generated[value]!, 0)
      const cost = inputs + (node.op.elementwise ? 1 : 0)
      const cheap = (node.op.elementwise === true || role === 'free') && cost <= generatedAnew
      if (cheap) generated[this.valueOf(index)] = cost
      return cheap ? 'free' : role
    })
    this.promote(roles)
    return roles
  }

  /** What must be in memory as it is (outputs, inputs of some whole nodes) cannot be free. */
  private promote(roles: Role[]): void {
    const { graph, roots } = this
    const needed = new Set(graph.outputs.map((value) => roots[value]!))
    graph.nodes.forEach((node, index) => {
      if (roles[index] !== 'whole' || !this.wholeOps[node.op.name]!.fromMemory) return
      for (const value of node.inputs) needed.add(roots[value]!)
    })
    for (const value of needed) {
      const maker = this.makerOf(value)
      if (roles[maker] === 'free') roles[maker] = 'map'
    }
  }

  private roleOfNode(node: Node): Role | undefined {
    const { op } = node
    if (op.elementwise) return 'map'
    if (Object.hasOwn(mapRules, op.name)) return mapRules[op.name]!.free ? 'free' : 'map'
    if (Object.hasOwn(reductionRules, op.name)) {
      // a reduction over nothing gives the elements themselves
      return reductionRules[op.name]!.inner(node, this.aval(node.inputs[0]!)).length > 0 ? 'reduce' : 'map'
    }
    if (Object.hasOwn(contractionRules, op.name)) return 'contract'
    return Object.hasOwn(this.wholeOps, op.name) ? 'whole' : undefined
  }
}

/** A primitive that the generator has no rule for. */
export class UnknownOp extends Error {
  constructor(readonly op: string) {
    super(`There is no rule for the op '${op}'.`)
  }
}
