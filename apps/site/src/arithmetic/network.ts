import type { Activation } from '../settings/settings.ts'

/** The weights of a dense layer. The kernel is a matrix `[inputs, units]`, row by row: `kernel[input * units + unit]`. */
export interface DenseWeights {
  readonly inputs: number
  readonly units: number
  readonly activation: Activation | 'softmax'
  readonly kernel: ArrayLike<number>
  readonly bias: ArrayLike<number>
}

/** Samples with their targets. */
export interface Rows {
  readonly x: readonly ArrayLike<number>[]
  readonly y: ArrayLike<number>
}

/** The activations of one sample: the inputs, then the outputs of each layer. */
export type Values = readonly ArrayLike<number>[]

/** The forward pass of one sample, in double precision. */
export function forward(network: readonly DenseWeights[], x: ArrayLike<number>): Values {
  const values: ArrayLike<number>[] = [x]
  for (const layer of network) values.push(outputs(layer, values.at(-1)!))
  return values
}

function outputs({ inputs, units, activation, kernel, bias }: DenseWeights, x: ArrayLike<number>): number[] {
  const sums = Array.from({ length: units }, (_, unit) => {
    let sum = bias[unit]!
    for (let i = 0; i < inputs; i++) sum += x[i]! * kernel[i * units + unit]!
    return sum
  })
  return activation === 'softmax' ? softmax(sums) : sums.map((sum) => functions[activation](sum))
}

const functions: Record<Activation, (sum: number) => number> = {
  relu: (sum) => Math.max(sum, 0),
  tanh: Math.tanh,
  sigmoid: (sum) => 1 / (1 + Math.exp(-sum)),
  linear: (sum) => sum,
}

// The derivatives, as functions of the output of the activation.
const slopes: Record<Activation, (value: number) => number> = {
  relu: (value) => (value > 0 ? 1 : 0),
  tanh: (value) => 1 - value * value,
  sigmoid: (value) => value * (1 - value),
  linear: () => 1,
}

function softmax(sums: readonly number[]): number[] {
  const top = Math.max(...sums)
  const powers = sums.map((sum) => Math.exp(sum - top))
  const total = powers.reduce((a, b) => a + b, 0)
  return powers.map((power) => power / total)
}

/** Probabilities are clipped to `epsilon` and `1 - epsilon` before their logarithm is taken, as in Keras. */
const epsilon = 1e-7

/** The loss of one sample: the cross-entropy for a softmax output, otherwise the squared error. */
export function lossOf(network: readonly DenseWeights[], output: ArrayLike<number>, target: number): number {
  if (network.at(-1)!.activation !== 'softmax') return (output[0]! - target) ** 2
  return -Math.log(Math.min(Math.max(output[target]!, epsilon), 1 - epsilon))
}

/** The mean loss of samples. */
export function meanLoss(network: readonly DenseWeights[], { x, y }: Rows): number {
  let total = 0
  for (let i = 0; i < x.length; i++) total += lossOf(network, forward(network, x[i]!).at(-1)!, y[i]!)
  return total / x.length
}

/** The backward pass: the derivative of the loss of one sample with respect to the weighted sum of each unit, layer by layer. */
export function backward(network: readonly DenseWeights[], values: Values, target: number): number[][] {
  const deltas: number[][] = new Array(network.length)
  deltas[network.length - 1] = outputDeltas(network.at(-1)!, values.at(-1)!, target)
  for (let layer = network.length - 2; layer >= 0; layer--) {
    const next = network[layer + 1]!
    const { activation } = network[layer]!
    const slope = slopes[activation as Activation]
    deltas[layer] = Array.from({ length: next.inputs }, (_, i) => {
      let sum = 0
      for (let unit = 0; unit < next.units; unit++)
        sum += next.kernel[i * next.units + unit]! * deltas[layer + 1]![unit]!
      return sum * slope(values[layer + 1]![i]!)
    })
  }
  return deltas
}

function outputDeltas({ activation, units }: DenseWeights, output: ArrayLike<number>, target: number): number[] {
  if (activation !== 'softmax') return [2 * (output[0]! - target) * slopes[activation](output[0]!)]
  const unclipped = output[target]! > epsilon && output[target]! < 1 - epsilon
  return Array.from({ length: units }, (_, unit) => (unclipped ? output[unit]! - (unit === target ? 1 : 0) : 0))
}
