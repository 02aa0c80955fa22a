import { cpu } from '@gradus/backend-cpu'
import { describe, expect, it } from 'vitest'
import { useBackend } from '../backend.ts'
import { type Shape, sizeOf } from '../shape.ts'
import type { Tensor } from '../tensor.ts'
import { tensor } from './create.ts'
import { batchMoments, batchNormalization, l2Normalize, layerNormalization } from './normalization.ts'

await useBackend(cpu())

const f64 = (values: number[], shape: Shape = [values.length]) => tensor(Float64Array.from(values), { shape })
const numbers = (count: number) => Array.from({ length: count }, (_, i) => Math.sin(i * 7 + 1) * 3)

function expectClose(actual: Tensor, expected: readonly number[]): void {
  const values = actual.dataSync()
  expect(values.length).toBe(expected.length)
  expected.forEach((want, i) => {
    expect(values[i]).toBeCloseTo(want, 10)
  })
}

function momentsOf(values: readonly number[]): [number, number] {
  const mean = values.reduce((a, b) => a + b, 0) / values.length
  return [mean, values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length]
}

describe('layerNormalization', () => {
  it('centers and scales each row by the biased variance', () => {
    const values = numbers(6)
    const expected = [values.slice(0, 3), values.slice(3)].flatMap((row) => {
      const [mean, variance] = momentsOf(row)
      return row.map((v) => (v - mean) / Math.sqrt(variance + 1e-3))
    })
    expectClose(layerNormalization(f64(values, [2, 3])), expected)
  })

  it('works over several axes', () => {
    const values = numbers(12)
    const [mean, variance] = momentsOf(values.filter((_, i) => Math.floor(i / 2) % 3 === 0))
    const y = layerNormalization(f64(values, [2, 3, 2]), { axis: [0, 2], epsilon: 0.5 })
    expect(y.dataSync()[7]).toBeCloseTo((values[7] - mean) / Math.sqrt(variance + 0.5), 10)
  })

  it('gives 0, not NaN, for a row of equal numbers', () => {
    expect(layerNormalization(tensor([5, 5, 5])).array()).toEqual([0, 0, 0])
  })
})

describe('batchMoments', () => {
  it('keeps the axes as size 1', () => {
    const values = numbers(sizeOf([3, 2]))
    const { mean, variance } = batchMoments(f64(values, [3, 2]), [0])
    const first = momentsOf(values.filter((_, i) => i % 2 === 0))
    const second = momentsOf(values.filter((_, i) => i % 2 === 1))
    expect(mean.shape).toEqual([1, 2])
    expectClose(mean, [first[0], second[0]])
    expectClose(variance, [first[1], second[1]])
  })

  it('leaves out masked elements', () => {
    const x = f64([1, 2, 3, 4, 100, 200], [3, 2])
    const { mean, variance } = batchMoments(x, [0], tensor([[true], [true], [false]]))
    // Keras divides by sum(mask) + 1e-7
    const scale = 2 / (2 + 1e-7)
    expectClose(mean, [2 * scale, 3 * scale])
    expect(variance.dataSync()[0]).toBeCloseTo(1, 6)
  })
})

describe('batchNormalization', () => {
  it('normalizes by given moments, with scale and offset where there are any', () => {
    const x = f64([1, 2, 3, 4], [2, 2])
    const [mean, variance] = [f64([1, 2]), f64([3, 0])]
    const plain = [0, 0, 2 / 2, 2 / 1]
    expectClose(batchNormalization(x, mean, variance, null, null, 1), plain)
    expectClose(batchNormalization(x, mean, variance, f64([2, 3]), f64([0.5, -1]), 1), [0.5, -1, 2.5, 5])
    expectClose(
      batchNormalization(x, mean, variance, null, f64([1, 1]), 1),
      plain.map((v) => v + 1),
    )
  })
})

describe('l2Normalize', () => {
  it('divides by the norm, but not by 0', () => {
    expectClose(l2Normalize(f64([3, 4])), [0.6, 0.8])
    expectClose(l2Normalize(f64([3, 0, 4, 0], [2, 2]), { axis: 0 }), [0.6, 0, 0.8, 0])
  })
})
