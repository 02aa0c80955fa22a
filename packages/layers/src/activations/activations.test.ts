import { grad } from '@gradus/autograd'
import { cpu } from '@gradus/backend-cpu'
import { mul, sum, type Tensor, tensor, useBackend } from '@gradus/tensor'
import { describe, expect, it } from 'vitest'
import { Dense } from '../core/dense.ts'
import * as activations from './index.ts'
import { glu, leakyRelu, linear, relu, silu, sparsemax, threshold } from './index.ts'

await useBackend(cpu())

const { threshold: _, ...withoutOptions } = activations
const all = Object.entries(withoutOptions)
const allBut = (...names: string[]) => all.filter(([name]) => !names.includes(name))
const numbers = (x: Tensor) => [...x.dataSync()]

describe('activations', () => {
  it('stay finite with finite gradients far from 0', () => {
    // exponential is meant to overflow; glu halves an axis
    for (const [name, activation] of allBut('exponential', 'glu')) {
      const x = tensor([-1000, -100, -20, 0, 20, 100, 1000])
      for (const value of numbers(activation(x))) expect(value, name).toSatisfy(Number.isFinite)
      const gradient = grad((value: Tensor) => sum(activation(value)))(x)
      for (const value of numbers(gradient)) expect(value, `${name}, gradient`).toSatisfy(Number.isFinite)
    }
  })

  it('propagate NaN', () => {
    for (const [name, activation] of allBut('glu', 'sparsemax', 'hardShrink', 'softShrink')) {
      expect(numbers(activation(tensor([Number.NaN, 1])))[0], name).toBeNaN()
    }
  })

  it('agree with finite differences', () => {
    const points = [-3.7, -1.3, -0.45, 0.37, 0.9, 1.7, 4.2, 6.6]
    const weights = [0.3, -0.7, 1.1, 0.2, -0.4, 0.9, 0.5, -1.2]
    for (const [name, activation] of all) {
      const loss = (x: Tensor) => {
        const y = activation(x)
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
    expect(leakyRelu(tensor([-1])).item()).toBeCloseTo(-0.2)
    expect(numbers(relu(tensor([-1, 0.5, 1.5, 3]), { negativeSlope: 0.5, threshold: 1, maxValue: 2 }))).toEqual([
      -1, -0.25, 1.5, 2,
    ])
    // with maxValue, Keras also clips at 0
    expect(numbers(relu(tensor([-2, -0.5, 1, 3]), { threshold: -1, maxValue: 2 }))).toEqual([0, 0, 1, 2])
    expect(numbers(relu(tensor([-2, -0.5, 1]), { threshold: -1 }))).toEqual([0, -0.5, 1])
    expect(numbers(threshold(tensor([1, 2]), { threshold: 1, defaultValue: -9 }))).toEqual([-9, 2])
  })

  it('project onto the simplex with sparsemax and `exact`', () => {
    const y = numbers(
      sparsemax(
        tensor([
          [0.1, 0.4, 0.3, -2],
          [1, 1, 1, 1],
        ]),
        { exact: true },
      ),
    )
    expect(y.slice(0, 4).reduce((a, b) => a + b)).toBeCloseTo(1, 6)
    // all three positive entries moved by the same amount
    expect(y[1]! - y[0]!).toBeCloseTo(0.3, 6)
    expect(y.slice(4)).toEqual([0.25, 0.25, 0.25, 0.25])
  })
})

describe('the option `activation`', () => {
  const of = (activation: unknown) => new Dense({ units: 1, activation: activation as 'relu' }).options.activation

  it('takes names in any spelling, named and other functions, undefined and null', () => {
    expect(of('leaky_relu')).toBe(leakyRelu)
    expect(of('LeakyReLU')).toBe(leakyRelu)
    expect(of('swish')).toBe(silu)
    expect(of('hard_swish')).toBe(of('hardSilu'))
    expect(of(relu)).toBe(relu)
    expect(of(undefined)).toBe(linear)
    expect(of(null)).toBe(linear)
    expect(of((x: Tensor) => x)(tensor(3)).item()).toBe(3)
    expect(of(relu.with({ maxValue: 1 }))(tensor(3)).item()).toBe(1)
  })

  it('names the nearest activation and missing options in errors', () => {
    expect(() => of('relux')).toThrow("Dense: activation: there is no activation called 'relux'. Did you mean 'relu'?")
    expect(() => of('toString')).toThrow("there is no activation called 'toString'")
    expect(() => of('threshold')).toThrow("threshold needs the option 'threshold', a number, which is missing.")
    expect(of(threshold.with({ threshold: 1, defaultValue: 0 }))(tensor([1, 2])).array()).toEqual([0, 2])
    expect(() => of(7)).toThrow("Dense: 'activation' must be an activation and is 7.")
    expect(() => relu.with({ slope: 1 } as never)).toThrow("relu has no option 'slope'.")
    expect(() => glu(tensor([1, 2, 3]))).toThrow(
      'glu halves axis -1, and in an input of shape [3] that axis has 3 elements.',
    )
  })
})
