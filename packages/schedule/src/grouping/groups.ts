import { sizeOf } from '@gradus/tensor'
import type { GraphAnalysis, Role } from '../analysis/graph-analysis.ts'
import { type Edge, edgesInto, readsRows } from './edges.ts'
import { areShort, type Group, groupOf, joinedGroup, maxWeight } from './group.ts'
import { GroupOrder } from './group-order.ts'

/**
 * Values of at least `worthComputingAgain` elements that cost at most `cheap` additions per element are recomputed, not
 * stored.
 */
const cheap = 4
const worthComputingAgain = 256

/** Joins nodes into groups so that fewer values go through memory. The dependencies between groups stay acyclic. */
export class Groups {
  private readonly groupOf: Group[] = []
  private readonly order: GroupOrder<Group>
  readonly edges = new Map<number, readonly Edge[]>()
  /** For each node the edges that read its result. */
  private readonly uses = new Map<number, Edge[]>()
  private readonly outputs: ReadonlySet<number>
  /** The nodes that every reading group recomputes, and the nodes that each group recomputes. */
  private readonly recomputed = new Set<number>()
  private readonly recomputedBy = new Map<Group, number[]>()

  constructor(private readonly analysis: GraphAnalysis) {
    const { graph, roles, roots } = analysis
    this.outputs = new Set(graph.outputs.map((value) => analysis.makerOf(roots[value]!)))
    const groups: Group[] = []
    graph.nodes.forEach((_, index) => {
      if (roles[index] === 'inlined') return
      const edges = edgesInto(analysis, index)
      this.edges.set(index, edges)
      for (const edge of edges) {
        const source = analysis.makerOf(edge.source)
        if (source < 0) continue
        const uses = this.uses.get(source)
        if (uses) uses.push(edge)
        else this.uses.set(source, [edge])
      }
      const group = groupOf(analysis, index)
      this.groupOf[index] = group
      groups.push(group)
    })
    this.order = new GroupOrder(groups, (group) => this.usersOf(group))
  }

  /** The groups in topological order. */
  build(): Group[] {
    this.joinMaps()
    this.joinOperands()
    this.joinContractions()
    this.joinRows()
    this.inline()
    this.joinScalars()
    this.computeAgain()
    return this.order.items().map((group) => {
      const copies = this.recomputedBy.get(group)
      return copies ? { ...group, inlined: [...group.inlined, ...copies] } : group
    })
  }

  /** Whether the result of a node is an output or is read by another group. */
  isStored(node: number): boolean {
    if (this.outputs.has(node)) return true
    if (this.recomputed.has(node)) return false
    return this.usesOf(node).some(({ consumer }) => this.groupOf[consumer] !== this.groupOf[node])
  }

  private usesOf(node: number): readonly Edge[] {
    return this.uses.get(node) ?? []
  }

  /** Joins elementwise nodes with their elementwise readers, from the last node to the first. */
  private joinMaps(): void {
    for (const node of this.nodesBackwards('map')) {
      for (const { consumer, relation } of this.usesOf(node)) {
        if (relation === 'same' && this.analysis.roles[consumer] === 'map') this.join(node, consumer)
      }
    }
  }

  /** Joins an elementwise group with a reduction that is its only reader: the group's values are then not stored. */
  private joinOperands(): void {
    for (const node of this.nodesBackwards('reduce')) {
      for (const { source, relation } of this.edges.get(node)!) {
        const maker = this.analysis.makerOf(source)
        if (relation !== 'same' || this.analysis.roles[maker] !== 'map') continue
        const [own, reducing] = [this.group(maker), this.group(node)]
        const others = own.nodes.some(
          (member) =>
            this.outputs.has(member) ||
            this.usesOf(member).some((use) => this.leaves(use, own) && this.group(use.consumer) !== reducing),
        )
        if (!others) this.join(maker, node)
      }
    }
  }

  /** Joins contractions with the elementwise ops on their results. */
  private joinContractions(): void {
    for (const node of this.nodesBackwards('contract')) {
      for (const { consumer } of this.usesOf(node)) this.join(node, consumer)
    }
  }

  /** Joins reductions with their elementwise operands, with the ops on their results, and with each other. */
  private joinRows(): void {
    for (const node of this.nodesBackwards('reduce')) {
      for (const { source, relation } of this.edges.get(node)!) {
        const maker = this.analysis.makerOf(source)
        if (relation === 'same' && maker >= 0) this.join(maker, node)
      }
    }
    for (const node of this.nodesBackwards('reduce')) {
      for (const { consumer } of this.usesOf(node)) this.join(node, consumer)
    }
    // a reader of a value that a row kernel computes per element can join that kernel
    for (const node of this.nodesBackwards('map')) {
      if (this.group(node).kind !== 'rows') continue
      for (const { consumer } of this.usesOf(node)) this.join(node, consumer)
    }
  }

  /** Inlines an elementwise group into its only reader if that reads each element once. */
  private inline(): void {
    for (const node of this.nodesBackwards('map')) {
      const group = this.group(node)
      if (group.kind !== 'map' || group.inlined.length > 0) continue
      const use = this.onlyUse(group)
      if (use?.relation !== 'once' || group.nodes.some((member) => this.outputs.has(member))) continue
      const into = this.group(use.consumer)
      if (into.kind !== 'map' && into.kind !== 'rows') continue
      if (this.analysis.roles[use.consumer] === 'map' && !this.keepsLastAxis(use)) continue
      const weight = into.weight + group.weight
      if (weight > maxWeight) continue
      const merged = { ...into, inlined: [...into.inlined, ...group.nodes], weight }
      this.order.absorb(group, into, merged)
      this.assign(merged)
    }
  }

  /** The edge by which a group is read, if there is exactly one. */
  private onlyUse(group: Group): Edge | undefined {
    let found: Edge | undefined
    for (const member of group.nodes) {
      for (const use of this.usesOf(member)) {
        if (!this.leaves(use, group)) continue
        if (found) return undefined
        found = use
      }
    }
    return found
  }

  /** Joins groups that compute single numbers, to save kernel calls. */
  private joinScalars(): void {
    let last: Group | undefined
    for (const group of this.order.items()) {
      if (group.kind !== 'map' || group.size !== 1 || group.inlined.length > 0) continue
      if (last) this.join(last.nodes[0]!, group.nodes[0]!)
      last = this.group(group.nodes[0]!)
    }
  }

  /** A value that is cheap to compute from one value in memory is not stored: its readers recompute it. */
  private computeAgain(): void {
    const costs = new Map<number, { readonly source: number; readonly cost: number }>()
    this.analysis.roles.forEach((role, node) => {
      if (role !== 'map' || !this.isStored(node) || this.outputs.has(node)) return
      if (sizeOf(this.analysis.node(node).aval.shape) < worthComputingAgain) return
      const found = this.costAgain(node, costs)
      if (!found || found.cost > cheap) return
      const readers = this.usesOf(node).filter(({ consumer }) => this.groupOf[consumer] !== this.groupOf[node])
      if (readers.some(({ consumer }) => !['map', 'reduce'].includes(this.analysis.roles[consumer]!))) return
      costs.set(node, found)
      this.recomputed.add(node)
      for (const group of new Set(readers.map(({ consumer }) => this.group(consumer)))) {
        this.recomputedBy.set(group, [...(this.recomputedBy.get(group) ?? []), node])
      }
    })
  }

  /** The cost of recomputing a node from one value in memory; undefined where it needs several. */
  private costAgain(
    node: number,
    costs: ReadonlyMap<number, { readonly source: number; readonly cost: number }>,
  ): { readonly source: number; readonly cost: number } | undefined {
    const { analysis } = this
    let cost = analysis.node(node).op.cost ?? 1
    let source: number | undefined
    for (const edge of this.edges.get(node)!) {
      const maker = analysis.makerOf(edge.source)
      const known = maker < 0 ? undefined : costs.get(maker)
      if (!known && !(maker < 0 ? !analysis.graph.donated.includes(edge.source) : this.isStored(maker)))
        return undefined
      const from = known?.source ?? edge.source
      if (edge.relation !== 'same' || (source !== undefined && source !== from)) return undefined
      source = from
      cost += known?.cost ?? 0
    }
    return source === undefined ? undefined : { source, cost }
  }

  private leaves({ consumer }: Edge, group: Group): boolean {
    return this.group(consumer) !== group
  }

  private keepsLastAxis({ read, source }: Edge): boolean {
    return this.analysis.aval(read).shape.at(-1) === this.analysis.aval(source).shape.at(-1)
  }

  private nodesBackwards(role: Role): number[] {
    const list: number[] = []
    this.analysis.roles.forEach((own, node) => {
      if (own === role) list.push(node)
    })
    return list.reverse()
  }

  private group(node: number): Group {
    return this.groupOf[node]!
  }

  private usersOf(group: Group): Group[] {
    const users: Group[] = []
    for (const node of group.nodes) for (const { consumer } of this.usesOf(node)) users.push(this.group(consumer))
    for (const node of group.inlined) for (const { consumer } of this.usesOf(node)) users.push(this.group(consumer))
    return users
  }

  /** Joins the groups of two nodes if one kernel can compute both. */
  private join(a: number, b: number): void {
    const [one, other] = [this.group(a), this.group(b)]
    if (one === other) return
    const joined = joinedGroup(one, other)
    if (!joined || !this.fits(joined, one, other) || !this.fits(joined, other, one)) return
    if (this.order.merge(one, other, joined)) this.assign(joined)
  }

  private assign(group: Group): void {
    for (const node of group.nodes) this.groupOf[node] = group
    for (const node of group.inlined) this.groupOf[node] = group
  }

  /**
   * Whether each value that a node of `joined` passes to one of `part` is available when and where it is read. The values that
   * pass within a part of the same kind already are.
   */
  private fits(joined: Group, part: Group, other: Group): boolean {
    const sameKind = part.kind === joined.kind
    for (const consumer of part.nodes) {
      for (const edge of this.edges.get(consumer)!) {
        const source = this.analysis.makerOf(edge.source)
        const from = this.groupOf[source]
        if ((from === other || (from === part && !sameKind)) && !this.passes(joined, source, edge)) return false
      }
    }
    return true
  }

  private passes(group: Group, source: number, edge: Edge): boolean {
    const { roles } = this.analysis
    if (group.kind === 'map') return edge.relation === 'same'
    if (group.kind === 'contract') return edge.relation === 'same' && roles[edge.consumer] === 'map'
    const from = this.reachOf(group, source)
    const to = roles[edge.consumer] === 'reduce' ? 'elements' : this.reachOf(group, edge.consumer)
    if (from === 'elements') return to === 'elements' && edge.relation === 'same'
    if (to === 'rows') return edge.relation === 'same'
    return areShort(group.runs) && readsRows(this.analysis, edge, group.runs)
  }

  /** Whether a node of a `rows` group has one result per element or per row. */
  private reachOf(group: Group, node: number): 'elements' | 'rows' {
    if (this.analysis.roles[node] === 'reduce') return 'rows'
    return sizeOf(this.analysis.node(node).aval.shape) === group.size ? 'elements' : 'rows'
  }
}
