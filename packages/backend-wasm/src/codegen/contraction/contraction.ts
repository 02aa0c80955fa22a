import type { ContractionKernel } from '@gradus/graph'
import { loopFunction } from '../loops.ts'
import type { KernelCode, Tools } from '../tools.ts'
import { contractionAsLoops } from './as-loops.ts'
import { layoutOf } from './layout.ts'
import { packedBytes, packingLoops } from './packing.ts'
import { tileFunction } from './tiles.ts'

/** The functions of a contraction: rearranging the second operand if that pays, then the sums. */
export function contractionFunctions(kernel: ContractionKernel, tools: Tools): KernelCode[] {
  const layout = layoutOf(kernel, tools.features)
  if (!layout || layout.depth === 0) return [loopFunction(contractionAsLoops(kernel), tools)]
  const tiles = tileFunction(kernel, layout, tools)
  if (layout.b) return [tiles]
  const packing = loopFunction(packingLoops(kernel, layout), tools)
  return [{ ...packing, workspaceBytes: packedBytes(layout) }, tiles]
}
