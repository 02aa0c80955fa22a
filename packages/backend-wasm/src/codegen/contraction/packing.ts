import {
  type Axis,
  AxisMaker,
  type Condition,
  type ContractionKernel,
  constantIndex,
  type Index,
  indexOf,
  type LoopKernel,
  plus,
  Rewriting,
  ravel,
  times,
} from '@gradus/schedule'
import { workspace } from '../tools.ts'
import type { Layout } from './layout.ts'

/**
 * Loops that pack the second operand into the workspace in the order in which tiles read it: panels as wide as a tile, each
 * with all of its rows; missing columns are 0.
 */
export function packingLoops({ b, batch, k, make }: ContractionKernel, { columns, tileVectors }: Layout): LoopKernel {
  const width = 4 * tileVectors
  const panels = Math.ceil(columns.size / width)
  const maker = new AxisMaker([...batch, ...k, columns])
  const lane = maker.axis(width)
  const panel = panels > 1 ? maker.axis(panels) : undefined
  const column = panel ? plus(times(indexOf(panel), width), indexOf(lane)) : indexOf(lane)
  const rewriting = new Rewriting(make, new Map<Axis, Index>([[columns, column]]))
  const expression = rewriting.expression(b)
  const inside: Condition = { index: column, low: 0, high: columns.size }
  const value = rewriting.make.choice([inside], () => expression, rewriting.make.constant('float32', 0))
  const outer = [...batch, ...(panel ? [panel] : []), ...k, lane]
  const coordinates = outer.map(indexOf)
  const index = ravel(
    coordinates.length > 0 ? coordinates : [constantIndex(0)],
    outer.map(({ size }) => size),
  )
  const pass = {
    reductions: [],
    stores: [{ value: workspace, index, expression: value, stored: 'float32' as const }],
    saves: [],
  }
  return { kind: 'loops', outer, inner: [], passes: [pass], rowStores: [], slots: 0, make: rewriting.make }
}

/** The size of the packed operand, in bytes. */
export function packedBytes({ columns, tileVectors, depth, batches }: Layout): number {
  return 16 * tileVectors * Math.ceil(columns.size / (4 * tileVectors)) * depth * batches
}
