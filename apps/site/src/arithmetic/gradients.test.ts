import { grad } from '@gradus/autograd'
import { cpu } from '@gradus/backend-cpu'
import { Dense } from '@gradus/layers'
import { MeanSquaredError, SparseCategoricalCrossentropy } from '@gradus/losses'
import { mean, type Tensor, tensor, useBackend } from '@gradus/tensor'
import { beforeAll, describe, expect, it } from 'vitest'
import { randomNumbers } from '../problems/random.ts'
import { type Activation, activations } from '../settings/settings.ts'
import { allGradients, gradientOf, measuredSlope, termsOf, withWeight } from './gradients.ts'
import { type DenseWeights, meanLoss, type Rows } from './network.ts'

beforeAll(() => useBackend(cpu()))

const random = randomNumbers(5)
const numbers = (count: number) => Float64Array.from({ length: count }, () => 2 * random() - 1)

function networkOf(activation: Activation, last: 'softmax' | 'linear'): DenseWeights[] {
  const units = [2, 4, 3, last === 'softmax' ? 3 : 1]
  return [activation, activation, last].map((name, i) => ({
    inputs: units[i]!,
    units: units[i + 1]!,
    activation: name,
    kernel: numbers(units[i]! * units[i + 1]!),
    bias: numbers(units[i + 1]!),
  }))
}

const batchOf = (last: 'softmax' | 'linear'): Rows => ({
  x: Array.from({ length: 6 }, () => numbers(2)),
  y: last === 'softmax' ? [0, 1, 2, 2, 1, 0] : numbers(6),
})

/** The loss by Gradus, in float64. */
function gradusLoss(network: readonly DenseWeights[], { x, y }: Rows, last: 'softmax' | 'linear') {
  const layers = network.map(({ units, activation }) => new Dense({ units, activation }))
  const inputs = tensor(
    x.map((row) => Array.from(row)),
    { dtype: 'float64' },
  )
  const target =
    last === 'softmax'
      ? tensor(Array.from(y), { dtype: 'int32' })
      : tensor(
          Array.from(y, (v) => [v]),
          { dtype: 'float64' },
        )
  const loss = last === 'softmax' ? new SparseCategoricalCrossentropy() : new MeanSquaredError()
  return (params: readonly { kernel: Tensor; bias: Tensor }[]): Tensor => {
    let value: Tensor = inputs
    layers.forEach((layer, i) => {
      value = layer.apply(value, { params: params[i]!, state: {}, training: true } as never)
    })
    return mean(loss.compute(target, value))
  }
}

const paramsOf = (network: readonly DenseWeights[]) =>
  network.map(({ kernel, bias, inputs, units }) => ({
    kernel: tensor(
      Array.from({ length: inputs }, (_, i) => Array.from(kernel).slice(i * units, (i + 1) * units)),
      { dtype: 'float64' },
    ),
    bias: tensor(Array.from(bias), { dtype: 'float64' }),
  }))

describe.each(['softmax', 'linear'] as const)('with a %s output', (last) => {
  it.each(activations)('loss and gradients of %s layers are those of Gradus', (activation) => {
    const network = networkOf(activation, last)
    const batch = batchOf(last)
    const loss = gradusLoss(network, batch, last)
    const params = paramsOf(network)
    expect(meanLoss(network, batch)).toBeCloseTo(loss(params).dataSync()[0]!, 12)
    const expected = grad(loss)(params) as unknown as { kernel: Tensor; bias: Tensor }[]
    allGradients(network, batch).forEach(({ kernel, bias }, layer) => {
      const { units } = network[layer]!
      expected[layer]!.kernel.dataSync().forEach((value: number, index: number) => {
        const place = { layer, from: Math.floor(index / units), to: index % units }
        expect(kernel[index]).toBeCloseTo(value, 12)
        expect(gradientOf(termsOf(network, batch, place))).toBeCloseTo(value, 12)
        expect(measuredSlope(network, batch, place)).toBeCloseTo(value, 6)
      })
      expected[layer]!.bias.dataSync().forEach((value: number, to: number) => {
        expect(bias[to]).toBeCloseTo(value, 12)
        expect(gradientOf(termsOf(network, batch, { layer, from: -1, to }))).toBeCloseTo(value, 12)
      })
    })
  })
})

describe('withWeight', () => {
  it('changes one weight and leaves the network as it was', () => {
    const network = networkOf('tanh', 'softmax')
    const before = Array.from(network[1]!.kernel)
    const changed = withWeight(network, { layer: 1, from: 2, to: 1 }, 7)
    expect(Array.from(network[1]!.kernel)).toEqual(before)
    expect(changed[1]!.kernel[2 * 3 + 1]).toBe(7)
  })
})
