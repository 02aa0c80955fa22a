import { isPlainObject, type WeightValue } from '@gradus/core'
import type { ModelOutline, TensorOutline } from '@gradus/io'
import type { TypedArray } from '@gradus/tensor'
import type { Match } from './match-weights.ts'
import type { NamedWeight } from './weight-values.ts'

/** The name in a file of TensorFlow.js of a slot of our optimizers, by the type of the optimizer. */
export const slotNames: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Adam: { momentum: 'm', velocity: 'v' },
  SGD: { momentum: 'momentum' },
  RMSprop: { velocity: 'rms', momentum: 'momentum', averageGradient: 'mg' },
  Adagrad: { accumulator: 'accumulator' },
  Adadelta: { accumulatedGrad: 'accum_grad', accumulatedDeltaVar: 'accum_var' },
}

/** The number of steps that the optimizer of a file has made. */
export function stepsIn(weights: readonly NamedWeight[]): number {
  const steps = weights.find(({ name, ofOptimizer }) => ofOptimizer && name === 'iter')?.data[0]
  return typeof steps === 'number' && Number.isInteger(steps) && steps >= 0 ? steps : 0
}

/** The spec of an optimizer as far as it is used here. */
interface OptimizerSpec {
  readonly optimizer?: unknown
  readonly learningRate?: unknown
}

/**
 * The state of the optimizer in a file, by the paths of the model. Returns an empty list for a file without one, and for one that does
 * not have the values for all parameters that are trained: the optimizer then starts with a new state.
 */
export function optimizerState(
  weights: readonly NamedWeight[],
  matches: readonly Match[],
  { optimizer: outline }: ModelOutline,
  spec: unknown,
): WeightValue[] {
  const { optimizer: type, learningRate } = (isPlainObject(spec) ? spec : {}) as OptimizerSpec
  const slots = typeof type === 'string' && Object.hasOwn(slotNames, type) ? slotNames[type]! : {}
  const byName = new Map(weights.map((weight) => [weight.name, weight]))
  const names = new Map(matches.map(({ file, own }) => [own.path, file.name]))
  const valueOf = ({ path }: TensorOutline): TypedArray | undefined => {
    if (path === 'iteration') return Int32Array.of(stepsIn(weights))
    if (path === 'learningRate') return typeof learningRate === 'number' ? Float32Array.of(learningRate) : undefined
    const [, slot = '', weight = ''] = /^slots\.(\w+)\.(.*)$/s.exec(path) ?? []
    const name = Object.hasOwn(slots, slot) ? `${names.get(weight)}/${slots[slot]}` : ''
    const data = byName.get(name)?.data
    return data && type === 'SGD' && typeof learningRate === 'number' ? scaled(data, -learningRate) : data
  }
  const found: WeightValue[] = []
  for (const tensor of outline) {
    const data = valueOf(tensor)
    if (!data || data.length !== tensor.shape.reduce((size, d) => size * d, 1)) return []
    found.push({ path: tensor.path, trainable: false, shape: tensor.shape, dtype: tensor.dtype, data })
  }
  return found
}

/** The momentum of Keras is that of TensorFlow.js times the negative learning rate. */
export function scaled(data: TypedArray, factor: number): TypedArray {
  return Float32Array.from(data as ArrayLike<number>, (value) => value * factor)
}
