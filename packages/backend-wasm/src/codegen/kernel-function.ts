import type { FusedKernel, WholeKernel } from '@gradus/graph'
import { contractionFunctions } from './contraction/contraction.ts'
import { loopFunction } from './loops.ts'
import type { KernelFunction, Tools } from './tools.ts'
import { argsortFunction } from './whole/argsort.ts'
import { cumulativeFunction } from './whole/cumulative.ts'

/** The code of the ops that are kernels of their own, by name. */
const wholeFunctions: Readonly<Record<string, (kernel: WholeKernel, tools: Tools) => KernelFunction>> = {
  cumsum: cumulativeFunction,
  cumprod: cumulativeFunction,
  argsort: argsortFunction,
}

/** The functions that run a kernel, one after the other. */
export function kernelFunctions(kernel: FusedKernel, tools: Tools): KernelFunction[] {
  switch (kernel.kind) {
    case 'loops':
      return [loopFunction(kernel, tools)]
    case 'contraction':
      return contractionFunctions(kernel, tools)
    case 'whole':
      return [wholeFunctions[kernel.node.op.name]!(kernel, tools)]
  }
}
