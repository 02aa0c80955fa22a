import type { FusedKernel, KernelCost, WholeKernel } from '@gradus/schedule'
import type { ExternalName } from '../elementwise/row.ts'
import { contractionFunctions } from './contraction/contraction.ts'
import { loopFunction } from './loops.ts'
import type { KernelCode, KernelFunction, Tools } from './tools.ts'
import { argsortFunction } from './whole/argsort.ts'
import { cumulativeFunction } from './whole/cumulative.ts'

/** The code of the ops that are kernels of their own, by name. */
const wholeFunctions: Readonly<Record<string, (kernel: WholeKernel, tools: Tools) => KernelCode>> = {
  cumsum: (kernel, tools) => cumulativeFunction(kernel, 'sum', tools),
  cumprod: (kernel, tools) => cumulativeFunction(kernel, 'prod', tools),
  argsort: argsortFunction,
}

/** Whether there is code for an op that is a kernel of its own. */
export function hasWhole(op: string): boolean {
  return Object.hasOwn(wholeFunctions, op)
}

/** The functions that run a kernel, one after the other. */
export function kernelFunctions(
  kernel: FusedKernel,
  { bytes, operations }: KernelCost,
  tools: Tools,
): KernelFunction[] {
  let mainThreadOnly = false
  const watching: Tools = {
    ...tools,
    external(name: ExternalName, inputs) {
      if (!Object.hasOwn(Math, name)) mainThreadOnly = true
      return tools.external(name, inputs)
    },
  }
  // vectors do about as many additions as they move bytes
  const work = bytes + operations
  return codeOf(kernel, watching).map((code) => ({ ...code, work, mainThreadOnly }))
}

function codeOf(kernel: FusedKernel, tools: Tools): KernelCode[] {
  switch (kernel.kind) {
    case 'loops':
      return [loopFunction(kernel, tools)]
    case 'contraction':
      return contractionFunctions(kernel, tools)
    case 'whole':
      return [wholeFunctions[kernel.node.op.name]!(kernel, tools)]
  }
}
