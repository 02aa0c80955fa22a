import type { FusedKernel, KernelCost, OpaqueKernel } from '@gradus/schedule'
import type { ExternalName } from '../elementwise/row.ts'
import { contractionFunctions } from './contraction/contraction.ts'
import { loopFunction } from './loops.ts'
import { argsortFunction } from './opaque/argsort.ts'
import { cumulativeFunction } from './opaque/cumulative.ts'
import { scatterFunctions } from './scatter.ts'
import type { KernelCode, KernelFunction, Tools } from './tools.ts'

/** The code of opaque ops, by name. */
const opaqueFunctions: Readonly<Record<string, (kernel: OpaqueKernel, tools: Tools) => KernelCode>> = {
  cumsum: (kernel, tools) => cumulativeFunction(kernel, 'sum', tools),
  cumprod: (kernel, tools) => cumulativeFunction(kernel, 'prod', tools),
  argsort: argsortFunction,
}

/** Whether there is code for an opaque op. */
export function hasOpaque(op: string): boolean {
  return Object.hasOwn(opaqueFunctions, op)
}

/** The functions of a kernel, in order. */
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
  // vector code does about as many additions as it moves bytes
  const work = bytes + operations
  return codeOf(kernel, watching).map((code) => ({ ...code, work, mainThreadOnly }))
}

function codeOf(kernel: FusedKernel, tools: Tools): KernelCode[] {
  switch (kernel.kind) {
    case 'loops':
      return scatterFunctions(kernel, tools) ?? [loopFunction(kernel, tools)]
    case 'contraction':
      return contractionFunctions(kernel, tools)
    case 'opaque':
      return [opaqueFunctions[kernel.node.op.name]!(kernel, tools)]
  }
}
