import type { ContractionKernel, LoopKernel } from '@gradus/schedule'
import { mul } from '@gradus/tensor'

/** A contraction as plain loops, for shapes that are too thin for tiles and for dtypes without tiles. */
export function contractionAsLoops({ batch, m, n, k, a, b, stores, make }: ContractionKernel): LoopKernel {
  const product = make.apply(a.dtype, mul.op, [a, b])
  const pass = { reductions: [{ id: -1, combine: 'sum', expression: product } as const], stores: [], saves: [] }
  return { kind: 'loops', outer: [...batch, ...m, ...n], inner: k, passes: [pass], rowStores: stores, slots: 0, make }
}
