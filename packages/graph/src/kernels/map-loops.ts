import { AxisMaker } from './axes.ts'
import { Expressions } from './expression.ts'
import type { Index } from './integer.ts'
import type { LoopKernel, Store } from './kernel.ts'
import type { Program } from './program.ts'
import { Reading } from './reading.ts'
import { refineLoops } from './refine.ts'

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
