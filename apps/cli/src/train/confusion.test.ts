import { cpu, tensor, useBackend } from 'gradus'
import { beforeAll, describe, expect, it } from 'vitest'
import { confusionOf, formatConfusion } from './confusion.ts'

beforeAll(async () => {
  await useBackend(cpu())
})

const labels = (...values: number[]) => ({
  data: Float32Array.from(values),
  shape: [values.length],
  dtype: 'float32' as const,
})

describe('confusionOf', () => {
  it('counts samples by class and class of the largest output', async () => {
    const predictions = tensor([
      [0.9, 0.1, 0],
      [0.2, 0.3, 0.5],
      [0.2, 0.7, 0.1],
      [0.6, 0.2, 0.2],
    ])
    const confusion = await confusionOf(predictions, labels(0, 2, 2, 1), ['a', 'b', 'c'])
    expect(confusion).toEqual({
      classes: ['a', 'b', 'c'],
      counts: [
        [1, 0, 0],
        [1, 0, 0],
        [0, 1, 1],
      ],
    })
  })

  it('predicts class 1 for a single output above 0.5', async () => {
    const { counts } = (await confusionOf(tensor([[0.4], [0.6], [0.5]]), labels(0, 0, 1), undefined))!
    expect(counts).toEqual([
      [1, 1],
      [1, 0],
    ])
  })

  it('is undefined where the targets are not classes', async () => {
    expect(await confusionOf(tensor([[0.4], [0.6]]), labels(0.5, 3.2), undefined)).toBeUndefined()
    expect(await confusionOf(tensor([[1, 2]]), { ...labels(0, 1), shape: [1, 2] }, undefined)).toBeUndefined()
  })
})

it('formats a table', () => {
  expect(
    formatConfusion({
      classes: ['no', 'yes'],
      counts: [
        [193, 17],
        [10, 200],
      ],
    }).split('\n'),
  ).toEqual(['  actual \\ predicted   no  yes', '  no                  193   17', '  yes                  10  200'])
})
