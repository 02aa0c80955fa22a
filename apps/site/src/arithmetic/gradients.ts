import { backward, type DenseWeights, forward, meanLoss, type Rows } from './network.ts'

/** Identifies a weight: from input `from` of a layer to its unit `to`. The bias of the unit has `from` -1. */
export interface WeightPlace {
  readonly layer: number
  readonly from: number
  readonly to: number
}

/** The term of one sample in the gradient of one weight: `input * delta`. */
export interface Term {
  /** The input of the connection; 1 for a bias. */
  readonly input: number
  /** The derivative of the loss of the sample with respect to the weighted sum of the unit. */
  readonly delta: number
  readonly product: number
}

export function weightAt(network: readonly DenseWeights[], { layer, from, to }: WeightPlace): number {
  const { kernel, bias, units } = network[layer]!
  return from < 0 ? bias[to]! : kernel[from * units + to]!
}

/** A copy of the network in which one weight has another value. */
export function withWeight(network: readonly DenseWeights[], place: WeightPlace, value: number): DenseWeights[] {
  const { layer, from, to } = place
  return network.map((dense, index) => {
    if (index !== layer) return dense
    const key = from < 0 ? 'bias' : 'kernel'
    const values = Float64Array.from(dense[key])
    values[from < 0 ? to : from * dense.units + to] = value
    return { ...dense, [key]: values }
  })
}

/** The terms of the gradient of one weight, one per sample. The gradient is their mean. */
export function termsOf(network: readonly DenseWeights[], { x, y }: Rows, { layer, from, to }: WeightPlace): Term[] {
  return x.map((sample, index) => {
    const values = forward(network, sample)
    const delta = backward(network, values, y[index]!)[layer]![to]!
    const input = from < 0 ? 1 : values[layer]![from]!
    return { input, delta, product: input * delta }
  })
}

/** The gradient as the mean of its terms. */
export function gradientOf(terms: readonly Term[]): number {
  return terms.reduce((sum, { product }) => sum + product, 0) / terms.length
}

/** The gradients of all weights, layer by layer. */
export function allGradients(
  network: readonly DenseWeights[],
  { x, y }: Rows,
): { kernel: Float64Array; bias: Float64Array }[] {
  const sums = network.map(({ inputs, units }) => ({
    kernel: new Float64Array(inputs * units),
    bias: new Float64Array(units),
  }))
  x.forEach((sample, index) => {
    const values = forward(network, sample)
    const deltas = backward(network, values, y[index]!)
    network.forEach(({ inputs, units }, layer) => {
      for (let to = 0; to < units; to++) {
        const delta = deltas[layer]![to]! / x.length
        sums[layer]!.bias[to]! += delta
        for (let from = 0; from < inputs; from++)
          sums[layer]!.kernel[from * units + to]! += values[layer]![from]! * delta
      }
    })
  })
  return sums
}

/** The gradient of one weight as a central finite difference: (L(w + h) - L(w - h)) / 2h. */
export function measuredSlope(network: readonly DenseWeights[], rows: Rows, place: WeightPlace, h = 1e-5): number {
  const weight = weightAt(network, place)
  const up = meanLoss(withWeight(network, place, weight + h), rows)
  const down = meanLoss(withWeight(network, place, weight - h), rows)
  return (up - down) / (2 * h)
}
