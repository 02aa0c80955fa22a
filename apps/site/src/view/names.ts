import type { WeightPlace } from '../arithmetic/gradients.ts'
import type { DenseWeights } from '../arithmetic/network.ts'
import type { Problem } from '../problems/problem.ts'
import type { BackendName, DataName, OptimizerName } from '../settings/settings.ts'

export const dataLabels: Record<DataName, string> = {
  'side-effects': 'Side effects by age',
  circles: 'Circles',
  xor: 'XOR',
  spiral: 'Spiral',
  moons: 'Two moons',
  digits: 'Handwritten digits, 8 by 8',
  curve: 'A curve (regression)',
  own: 'Your own points',
}

export const optimizerLabels: Record<OptimizerName, string> = {
  SGD: 'SGD (plain)',
  Momentum: 'SGD with momentum 0.9',
  Adam: 'Adam',
}

export const backendLabels: Record<BackendName, string> = {
  wasm: 'wasm (WebAssembly)',
  cpu: 'cpu (JavaScript)',
  webgpu: 'webgpu (GPU)',
}

/** The name of a unit in a column of the drawing. Column 0 holds the inputs. */
export function unitName(network: readonly DenseWeights[], problem: Problem, column: number, unit: number): string {
  if (column === 0) return problem.inputs[unit] ?? ''
  if (column === network.length) return problem.outputs[unit] ?? ''
  return `layer ${column}, unit ${unit + 1}`
}

/** The name of a weight: its input and its unit. */
export function placeName(
  network: readonly DenseWeights[],
  problem: Problem,
  { layer, from, to }: WeightPlace,
): string {
  const target = unitName(network, problem, layer + 1, to)
  return from < 0 ? `bias of ${target}` : `${unitName(network, problem, layer, from)} to ${target}`
}
