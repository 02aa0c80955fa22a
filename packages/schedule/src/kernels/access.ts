import { byteSize } from '@gradus/graph/internals'
import { bytesPerElement } from '@gradus/tensor/internals'
import type { GraphAnalysis } from '../analysis/graph-analysis.ts'
import { expressionsWithin } from '../index/axes.ts'
import type { Expression, Load } from '../index/expression.ts'
import type { ContractionKernel, FusedKernel, KernelAccess, LoopKernel, Store } from './kernel.ts'
import { expressionsOfLoops, rootsOfStore } from './refine.ts'

/** The values that a kernel reads and writes. */
export function accessesOf(kernel: FusedKernel, analysis: GraphAnalysis): KernelAccess {
  switch (kernel.kind) {
    case 'opaque':
      return { reads: kernel.inputs, writes: kernel.outputs, overwritable: new Map() }
    case 'loops':
      return loopAccess(kernel, analysis)
    case 'contraction':
      return contractionAccess(kernel, analysis)
  }
}

const isLoad = (expression: Expression): expression is Load => expression.kind === 'load'

function loopAccess(kernel: LoopKernel, analysis: GraphAnalysis): KernelAccess {
  const loads = expressionsOfLoops(kernel).filter(isLoad)
  const stores = kernel.passes.flatMap((pass) => pass.stores)
  const adds = stores.some((store) => store.add)
  const overwritable = new Map<number, number[]>()
  // a later pass may still read a value that an earlier pass would overwrite
  const safe = adds ? [] : [...kernel.passes.at(-1)!.stores, ...kernel.rowStores]
  for (const store of safe) overwritable.set(store.value, inPlace(store, loads, analysis))
  return {
    reads: unique([...loads.map(({ value }) => value), ...(adds ? stores.map(({ value }) => value) : [])]),
    writes: unique([...stores, ...kernel.rowStores].map(({ value }) => value)),
    overwritable,
  }
}

function contractionAccess(kernel: ContractionKernel, analysis: GraphAnalysis): KernelAccess {
  const operands = expressionsWithin([kernel.a, kernel.b], kernel.make).filter(isLoad)
  const after = expressionsWithin(kernel.stores.flatMap(rootsOfStore), kernel.make).filter(isLoad)
  const read = new Set(operands.map(({ value }) => value))
  const overwritable = new Map(
    kernel.stores.map((store) => [store.value, inPlace(store, after, analysis).filter((value) => !read.has(value))]),
  )
  return {
    reads: unique([...operands, ...after].map(({ value }) => value)),
    writes: unique(kernel.stores.map(({ value }) => value)),
    overwritable,
  }
}

/** The values of the same size whose loads are all at the position that the store writes. */
function inPlace(store: Store, loads: readonly Load[], analysis: GraphAnalysis): number[] {
  const bytes = byteSize(analysis.aval(store.value))
  const elsewhere = new Set(loads.filter(({ index }) => index.key !== store.index.key).map(({ value }) => value))
  return unique(loads.map(({ value }) => value)).filter((value) => {
    const { dtype } = analysis.aval(value)
    const alike = bytesPerElement(dtype) === bytesPerElement(store.stored)
    return alike && byteSize(analysis.aval(value)) === bytes && !elsewhere.has(value)
  })
}

function unique(values: readonly number[]): number[] {
  return [...new Set(values)]
}
