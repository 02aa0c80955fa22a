import type { GraphAnalysis } from '../analysis/graph-analysis.ts'
import type { Group } from '../grouping/group.ts'
import type { FusedKernel } from '../kernels/kernel.ts'
import { lowerContraction } from './lower-contraction.ts'
import { lowerMap } from './lower-map.ts'
import { lowerOpaque } from './lower-opaque.ts'
import { lowerRows } from './lower-rows.ts'
import { lowerStores } from './lower-stores.ts'

/** The kernels of a group: several only where several loops write one node. `stored` nodes have their results in memory. */
export function lowerGroup(analysis: GraphAnalysis, group: Group, stored: ReadonlySet<number>): FusedKernel[] {
  const outputs = group.nodes.filter((node) => stored.has(node))
  switch (group.kind) {
    case 'map':
      return [lowerMap(analysis, group, outputs)]
    case 'rows':
      return [lowerRows(analysis, group, outputs)]
    case 'contract':
      return [lowerContraction(analysis, group, outputs)]
    case 'stores':
      return lowerStores(analysis, group.nodes[0]!)
    case 'opaque':
      return [lowerOpaque(analysis, group.nodes[0]!)]
  }
}
