import { type DenseWeights, forward, lossOf } from './network.ts'

/** The figures of a network on samples. */
export interface Figures {
  readonly loss: number
  /** The share of samples of which the class is predicted correctly, 0 to 1; missing for regression. */
  readonly accuracy?: number
  /** The number of samples by class and predicted class, `confusion[truth][prediction]`; missing for regression. */
  readonly confusion?: readonly (readonly number[])[]
}

/** The figures of a network on samples, in double precision. */
export function figuresOf(
  network: readonly DenseWeights[],
  { x, y }: { readonly x: readonly ArrayLike<number>[]; readonly y: ArrayLike<number> },
): Figures {
  const { units, activation } = network.at(-1)!
  const confusion = Array.from({ length: units }, () => new Array<number>(units).fill(0))
  let [loss, right] = [0, 0]
  x.forEach((sample, index) => {
    const output = Array.from(forward(network, sample).at(-1)!)
    const truth = y[index]!
    loss += lossOf(network, output, truth)
    if (activation !== 'softmax') return
    const prediction = output.indexOf(Math.max(...output))
    confusion[truth]![Math.max(prediction, 0)]!++
    if (prediction === truth) right++
  })
  const count = x.length
  if (activation !== 'softmax') return { loss: loss / count }
  return { loss: loss / count, accuracy: right / count, confusion }
}

/** The output of the network at each point: the probability of the last class, or the number. */
export function valuesOnGrid(network: readonly DenseWeights[], points: readonly ArrayLike<number>[]): Float32Array {
  return Float32Array.from(points, (point) => {
    const output = forward(network, point).at(-1)!
    return output[output.length - 1]!
  })
}
