import type { WeightValue } from '@gradus/core'
import type { Slots } from '../arithmetic/inspect.ts'
import type { DenseWeights } from '../arithmetic/network.ts'
import type { Problem } from '../problems/problem.ts'
import type { Settings } from '../settings/settings.ts'

/** One layer of a network. */
export interface LayerPlan {
  readonly name: string
  readonly inputs: number
  readonly units: number
  readonly activation: DenseWeights['activation']
}

/** The layers of the network for a problem, the output layer last. */
export function planLayers({ layers }: Pick<Settings, 'layers'>, { kind, inputs, outputs }: Problem): LayerPlan[] {
  const last = { units: outputs.length, activation: kind === 'classes' ? 'softmax' : 'linear' } as const
  const all = [...layers, last]
  return all.map(({ units, activation }, index) => ({
    name: index === layers.length ? 'output' : `hidden_${index + 1}`,
    inputs: index === 0 ? inputs.length : all[index - 1]!.units,
    units,
    activation,
  }))
}

/** The weights of a model, layer by layer. */
export function networkOf(plan: readonly LayerPlan[], weights: readonly WeightValue[]): DenseWeights[] {
  const slots = slotsOf(plan, weights, '')
  return plan.map(({ inputs, units, activation }, index) => ({ inputs, units, activation, ...slots[index]! }))
}

/** The values with the paths `<prefix><layer>.kernel` and `.bias` for each layer; empty where there are none. */
export function slotsOf(plan: readonly LayerPlan[], values: readonly WeightValue[], prefix: string): Slots[] {
  const byPath = new Map(values.map(({ path, data }) => [path, data]))
  return plan.map(({ name }) => ({
    kernel: byPath.get(`${prefix}${name}.kernel`) ?? [],
    bias: byPath.get(`${prefix}${name}.bias`) ?? [],
  }))
}
