import { cpu } from '@gradus/backend-cpu'
import { tensor, useBackend } from '@gradus/tensor'
import { expect, it } from 'vitest'
import { RAdam } from './radam.ts'

await useBackend(cpu())

// the formula of the paper in float64
function reference(gradients: readonly number[], beta1: number, beta2: number, rate: number, start: number): number {
  let [w, m, v] = [start, 0, 0]
  gradients.forEach((g, index) => {
    const t = index + 1
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g * g
    const limit = 2 / (1 - beta2) - 1
    const length = limit - (2 * t * beta2 ** t) / (1 - beta2 ** t)
    const mean = m / (1 - beta1 ** t)
    const variance = ((length - 4) * (length - 2) * limit) / ((limit - 4) * (limit - 2) * length)
    w -= length > 5 ? (rate * mean * Math.sqrt(variance * (1 - beta2 ** t))) / (Math.sqrt(v) + 1e-8) : rate * mean
  })
  return w
}

it.each([
  [0.9, 0.999],
  [0.5, 0.9],
  [0.9, 0.6],
])('equals the formula in float64, with beta1 %d and beta2 %d', (beta1, beta2) => {
  const gradients = Array.from({ length: 12 }, (_, index) => Math.sin(3 * index) + 0.1)
  const optimizer = new RAdam({ learningRate: 0.01, beta1, beta2 })
  let params = { w: tensor([1]) }
  let state = optimizer.init(params)
  for (const gradient of gradients) [params, state] = optimizer.update({ w: tensor([gradient]) }, state, params)
  expect(params.w.item()).toBeCloseTo(reference(gradients, beta1, beta2, 0.01, 1), 5)
})
