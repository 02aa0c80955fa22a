import type { ContractionKernel } from '@gradus/schedule'
import { loopFunction } from '../loops.ts'
import type { KernelCode, Tools } from '../tools.ts'
import { contractionAsLoops } from './as-loops.ts'
import { arranged, inBlocks, layoutOf } from './layout.ts'
import { packingLoops } from './packing.ts'
import { tileFunction } from './tiles.ts'

/** The functions of a contraction: packing of the second operand where that pays, then the sums. */
export function contractionFunctions(whole: ContractionKernel, tools: Tools): KernelCode[] {
  const { kernel, blocks } = inBlocks(arranged(whole))
  const layout = layoutOf(kernel, tools.features)
  if (!layout || layout.depth === 0) return [loopFunction(contractionAsLoops(whole), tools)]
  const tiles = tileFunction(kernel, layout, blocks, tools)
  if (layout.b) return [tiles]
  const packing = loopFunction(packingLoops(kernel, layout), tools)
  return [{ ...packing, workspaceBytes: tiles.workspaceBytes, prepares: true }, tiles]
}
