import type { SymbolicTensor } from '@gradus/tensor'
import type { Net, WindowSize } from './net.ts'

/** A convolution: its filters, its window, and `s` if it has a stride of two and no padding. */
type ConvStep = readonly [filters: number, size: WindowSize, stride?: 's']

/** One step of a branch: a convolution, a pooling, or two convolutions side by side. */
type BranchStep = ConvStep | 'average' | 'max' | { readonly name?: string; readonly parts: readonly ConvStep[] }

/** The steps of a branch of a block. `average` keeps the size, `max` halves it. */
export type Branch = readonly BranchStep[]

/** Options of `normalizedConv`. */
export interface NormalizedConvOptions {
  readonly strides?: number
  readonly padding?: 'same' | 'valid'
  /** The name of the convolution; the others add `_bn` and `_ac`. */
  readonly name?: string
}

/** A convolution, its normalization without a scale, and a rectifier. */
export function normalizedConv(
  net: Net,
  x: SymbolicTensor,
  filters: number,
  size: WindowSize,
  { name, ...options }: NormalizedConvOptions,
): SymbolicTensor {
  const called = (end: string) => (name === undefined ? {} : { name: `${name}${end}` })
  const y = net.conv(x, filters, size, { ...options, useBias: false, ...called('') })
  return net.activate(net.norm(y, { scale: false, ...called('_bn') }), 'relu', called('_ac'))
}

/** Joins the outputs of branches. `index` is added to the names of joints within a branch. */
export function branched(
  net: Net,
  x: SymbolicTensor,
  branches: readonly Branch[],
  name: string,
  index?: number,
): SymbolicTensor {
  const outputs = branches.map((branch) => branch.reduce((y, step) => stepped(net, y, step, index), x))
  return net.concat(outputs, { name })
}

function stepped(net: Net, x: SymbolicTensor, step: BranchStep, index: number | undefined): SymbolicTensor {
  if (step === 'average') return net.pool('average', x, 3, { strides: 1, padding: 'same' })
  if (step === 'max') return net.pool('max', x, 3, { strides: 2 })
  if ('parts' in step) {
    const parts = step.parts.map((part) => convolved(net, x, part))
    return net.concat(parts, step.name === undefined ? {} : { name: `${step.name}_${index}` })
  }
  return convolved(net, x, step)
}

function convolved(net: Net, x: SymbolicTensor, [filters, size, stride]: ConvStep): SymbolicTensor {
  return normalizedConv(net, x, filters, size, stride ? { strides: 2, padding: 'valid' } : { padding: 'same' })
}
