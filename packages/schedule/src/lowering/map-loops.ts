import type { Program } from '../analysis/graph-analysis.ts'
import { AxisMaker } from '../index/axes.ts'
import { Expressions } from '../index/expression.ts'
import type { Index } from '../index/integer.ts'
import type { LoopKernel, Store } from '../kernels/kernel.ts'
import { refineLoops } from '../kernels/refine.ts'
import { Reading } from './reading.ts'

/** Loops over all elements of `shape`; `store` says what to do with each. Everything that is read lies in memory or is free. */
export function mapLoops(
  program: Program,
  shape: readonly number[],
  store: (at: readonly Index[], reading: Reading) => Store,
): LoopKernel {
  const axes = new AxisMaker()
  const make = new Expressions()
  const reading = new Reading(
    program,
    make,
    () => false,
    (node) => {
      throw new Error(`Node ${node} is not computed here.`)
    },
  )
  const domain = axes.coordinates(shape)
  const stores = [store(domain.at, reading)]
  const passes = [{ reductions: [], stores, saves: [] }]
  return refineLoops({ kind: 'loops', outer: domain.axes, inner: [], passes, rows: [], slots: 0, make }, axes)
}
