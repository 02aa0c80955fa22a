import { grad } from '@gradus/autograd'
import { cpu } from '@gradus/backend-cpu'
import { mul, sum, type Tensor, tensor, useBackend } from '@gradus/tensor'
import { describe, expect, it } from 'vitest'
import { Glu } from './glu.ts'
import { LeakyRelu } from './leaky-relu.ts'
import { Relu } from './relu.ts'
import { resolveActivation } from './resolve.ts'
import { Sparsemax } from './sparsemax.ts'
import { activations } from './table.ts'
import { Threshold } from './threshold.ts'

await useBackend(cpu())

const names = Object.keys(activations).filter((name) => name !== 'threshold') as 'relu'[]
const numbers = (x: Tensor) => [...x.dataSync()]

describe('activations', () => {
  it('stay finite with finite gradients far from 0', () => {
    // exponential is meant to overflow; glu halves an axis
    for (const name of names.filter((n) => !['exponential', 'glu'].includes(n))) {
      const activation = resolveActivation(name)
      const x = tensor([-1000, -100, -20, 0, 20, 100, 1000])
      for (const value of numbers(activation.compute(x))) expect(value, name).toSatisfy(Number.isFinite)
      const gradient = grad((value: Tensor) => sum(activation.compute(value)))(x)
      for (const value of numbers(gradient)) expect(value, `${name}, gradient`).toSatisfy(Number.isFinite)
    }
  })

  it('hand NaN on', () => {
    for (const name of names.filter((n) => !['glu', 'sparsemax', 'hardShrink', 'softShrink'].includes(n))) {
      expect(numbers(resolveActivation(name).compute(tensor([Number.NaN, 1])))[0], name).toBeNaN()
    }
  })

  it('agree with finite differences', () => {
    const points = [-3.7, -1.3, -0.45, 0.37, 0.9, 1.7, 4.2, 6.6]
    const weights = [0.3, -0.7, 1.1, 0.2, -0.4, 0.9, 0.5, -1.2]
    for (const name of names) {
      const loss = (x: Tensor) => {
        const y = resolveActivation(name).compute(x)
        return sum(mul(y, tensor(weights.slice(0, y.size), { dtype: 'float64' })))
      }
      const at = (values: number[]) => loss(tensor(values, { dtype: 'float64' })).item() as number
      const gradient = numbers(grad(loss)(tensor(points, { dtype: 'float64' })))
      points.forEach((_, i) => {
        const shifted = (by: number) => points.map((p, j) => (j === i ? p + by : p))
        const expected = (at(shifted(1e-6)) - at(shifted(-1e-6))) / 2e-6
        expect(Math.abs(gradient[i]! - expected), `${name} at ${points[i]}`).toBeLessThan(
          1e-5 * (1 + Math.abs(expected)),
        )
      })
    }
  })

  it("have Keras's defaults", () => {
    expect(new LeakyRelu().compute(tensor([-1])).item()).toBeCloseTo(-0.2)
    expect(
      numbers(new Relu({ negativeSlope: 0.5, threshold: 1, maxValue: 2 }).compute(tensor([-1, 0.5, 1.5, 3]))),
    ).toEqual([-1, -0.25, 1.5, 2])
    // Keras's ceiling comes with a floor of 0
    expect(numbers(new Relu({ threshold: -1, maxValue: 2 }).compute(tensor([-2, -0.5, 1, 3])))).toEqual([0, 0, 1, 2])
    expect(numbers(new Relu({ threshold: -1 }).compute(tensor([-2, -0.5, 1])))).toEqual([0, -0.5, 1])
    expect(numbers(new Threshold({ threshold: 1, defaultValue: -9 }).compute(tensor([1, 2])))).toEqual([-9, 2])
  })

  it('project onto the simplex with sparsemax, if asked to', () => {
    const y = numbers(
      new Sparsemax({ exact: true }).compute(
        tensor([
          [0.1, 0.4, 0.3, -2],
          [1, 1, 1, 1],
        ]),
      ),
    )
    expect(y.slice(0, 4).reduce((a, b) => a + b)).toBeCloseTo(1, 6)
    // all three positive entries moved by the same amount
    expect(y[1]! - y[0]!).toBeCloseTo(0.3, 6)
    expect(y.slice(4)).toEqual([0.25, 0.25, 0.25, 0.25])
  })
})

describe('resolveActivation', () => {
  it('takes names in any spelling, instances, functions and nothing', () => {
    expect(resolveActivation('leaky_relu' as never)).toBeInstanceOf(LeakyRelu)
    expect(resolveActivation('LeakyReLU' as never)).toBeInstanceOf(LeakyRelu)
    expect(resolveActivation('swish').type).toBe('silu')
    const relu = new Relu()
    expect(resolveActivation(relu)).toBe(relu)
    expect(resolveActivation(undefined).type).toBe('linear')
    expect(
      resolveActivation((x) => x)
        .compute(tensor(3))
        .item(),
    ).toBe(3)
  })

  it('says what is known, and what is missing', () => {
    expect(() => resolveActivation('relux' as never)).toThrow(
      "activation: there is no activation called 'relux'. Did you mean 'relu'?",
    )
    expect(() => resolveActivation('toString' as never)).toThrow("there is no activation called 'toString'")
    expect(() => resolveActivation('threshold' as never)).toThrow('threshold needs both of its options')
    expect(() => resolveActivation(7 as never)).toThrow(
      'activation must be the name of an activation, an instance such as new Relu(), or a function, and is 7.',
    )
    expect(() => new Relu({ slope: 1 } as never)).toThrow("relu has no option 'slope'.")
    expect(() => new Glu().compute(tensor([1, 2, 3]))).toThrow(
      'glu halves axis -1, and in an input of shape [3] that axis has 3 elements.',
    )
  })
})
