import { grad } from '@gradus/autograd'
import { cpu } from '@gradus/backend-cpu'
import { describe, expect, it } from 'vitest'
import { useBackend } from '../backend.ts'
import { ShapeError } from '../errors.ts'
import type { Tensor } from '../tensor.ts'
import { sum } from './broadcast.ts'
import { tensor, zeros } from './create.ts'
import { sigmoid } from './sigmoid.ts'
import { logSoftmax, sigmoidCrossEntropy, softmax, softmaxCrossEntropy } from './softmax.ts'

await useBackend(cpu())

const f64 = (values: number[]) => tensor(Float64Array.from(values))

function expectClose(actual: Tensor, expected: readonly number[], digits = 12): void {
  const values = actual.dataSync()
  expect(values.length).toBe(expected.length)
  expected.forEach((want, i) => {
    expect(values[i]).toBeCloseTo(want, digits)
  })
}

describe('softmax', () => {
  it('is exp(x) over its sum', () => {
    const powers = [0.5, -1, 2].map(Math.exp)
    const total = powers.reduce((a, b) => a + b)
    expectClose(
      softmax(f64([0.5, -1, 2])),
      powers.map((p) => p / total),
    )
    expectClose(
      logSoftmax(f64([0.5, -1, 2])),
      powers.map((p) => Math.log(p / total)),
    )
  })

  it('does not overflow, and its logarithm stays exact', () => {
    expect(softmax(tensor([1000, 0, -1000])).array()).toEqual([1, 0, 0])
    expect(logSoftmax(tensor([1000, 0, -1000])).array()).toEqual([0, -1000, -2000])
    expect(softmax(tensor([Number.NEGATIVE_INFINITY, 1])).array()).toEqual([0, 1])
  })

  it('adds up to 1 over several axes', () => {
    expect(softmax(zeros([2, 3, 2]), { axis: [0, 2] }).dataSync()[0]).toBe(0.25)
    expect(() => softmax(zeros([2]), { axis: 1 })).toThrow(/softmax: axis 1/)
    expect(() => softmax(zeros([2], 'int32'))).toThrow(/float tensor and got int32/)
  })
})

describe('sigmoid', () => {
  it('agrees with its formula and keeps small values exact', () => {
    expectClose(
      sigmoid(f64([-3, 0, 2])),
      [-3, 0, 2].map((x) => 1 / (1 + Math.exp(-x))),
    )
    const small = sigmoid(f64([-700])).dataSync()[0]
    expect(small / Math.exp(-700)).toBeCloseTo(1, 12)
  })

  it('has the slope 1/4 at 0 and no NaN far out', () => {
    expect(grad((x: Tensor) => sum(sigmoid(x)))(tensor([0, 800, -800])).array()).toEqual([0.25, 0, 0])
  })
})

describe('softmaxCrossEntropy', () => {
  it('has one number per row, exact for hopeless rows', () => {
    expect(
      softmaxCrossEntropy(
        tensor([
          [0, 200],
          [3, 3],
        ]),
        tensor([
          [1, 0],
          [0.5, 0.5],
        ]),
      ).array(),
    ).toEqual([200, Math.fround(Math.LN2)])
  })

  it('has the gradient softmax - target', () => {
    const logits = f64([0.5, -1, 2])
    const target = f64([0.2, 0.3, 0.5])
    const gradient = grad((x: Tensor) => softmaxCrossEntropy(x, target))(logits)
    const p = softmax(logits).dataSync()
    expectClose(gradient, [p[0] - 0.2, p[1] - 0.3, p[2] - 0.5])
  })

  it('refuses targets of another shape', () => {
    expect(() => softmaxCrossEntropy(zeros([2, 3]), zeros([2]))).toThrow(ShapeError)
  })
})

describe('sigmoidCrossEntropy', () => {
  it('is -t log p - (1 - t) log(1 - p)', () => {
    const x = [0.3, -2, 0]
    const t = [0.25, 1, 0.5]
    const expected = x.map((v, i) => {
      const p = 1 / (1 + Math.exp(-v))
      return -t[i] * Math.log(p) - (1 - t[i]) * Math.log(1 - p)
    })
    expectClose(sigmoidCrossEntropy(f64(x), f64(t)), expected)
    expect(sigmoidCrossEntropy(tensor([200, -200]), tensor([0, 1])).array()).toEqual([200, 200])
  })

  it('has the gradient sigmoid - target, at 0 too', () => {
    const gradient = grad((x: Tensor) => sum(sigmoidCrossEntropy(x, 0)))(tensor([0, 100, -100]))
    expectClose(gradient, [0.5, 1, 0], 7)
  })
})
