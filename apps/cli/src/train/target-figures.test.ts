import { cpu, tensor, useBackend } from 'gradus'
import { TableCoder, type Target } from 'gradus/tables'
import { beforeAll, describe, expect, it } from 'vitest'
import { TargetScores } from './target-figures.ts'

beforeAll(async () => {
  await useBackend(cpu())
})

const input = { name: 'x', options: { kind: 'number' }, state: { offset: 0, span: 1, fill: 0, marksMissing: false } }
const scores = (target: Target) => new TargetScores(new TableCoder({ format: 1, inputs: [input], targets: [target] }))
const labels = (...values: number[]) => ({
  y: { data: Int32Array.from(values), shape: [values.length], dtype: 'int32' as const },
})
const classes = (...names: string[]): Target => ({ name: 'y', task: 'classification', classes: names })

describe('the figures of classes', () => {
  it('count rows by class and class of the largest output', async () => {
    const all = scores(classes('a', 'b', 'c'))
    await all.add(
      [
        tensor([
          [0.9, 0.1, 0],
          [0.2, 0.3, 0.5],
        ]),
      ],
      labels(0, 2),
    )
    await all.add(
      [
        tensor([
          [0.2, 0.7, 0.1],
          [0.6, 0.2, 0.2],
        ]),
      ],
      labels(2, 1),
    )
    expect(all.finish()).toEqual({
      y: {
        confusion: {
          classes: ['a', 'b', 'c'],
          counts: [
            [1, 0, 0],
            [1, 0, 0],
            [0, 1, 1],
          ],
        },
      },
    })
  })

  it('predict the second class for a single output above 0.5', async () => {
    const all = scores(classes('no', 'yes'))
    await all.add([tensor([[0.4], [0.6], [0.5]])], labels(0, 0, 1))
    expect(all.finish()).toEqual({
      y: {
        confusion: {
          classes: ['no', 'yes'],
          counts: [
            [1, 1],
            [1, 0],
          ],
        },
      },
    })
  })
})

describe('the figures of a number', () => {
  it('are in its units', async () => {
    const all = scores({ name: 'y', task: 'regression', offset: 10, span: 2 })
    const y = { y: { data: Float32Array.of(-1, 0, 1, 2), shape: [4, 1], dtype: 'float32' as const } }
    await all.add([tensor([[-1], [1], [1], [2]])], y)
    const { meanAbsoluteError, rootMeanSquaredError, r2 } = all.finish().y as {
      meanAbsoluteError: number
      rootMeanSquaredError: number
      r2: number
    }
    expect(meanAbsoluteError).toBeCloseTo(0.5)
    expect(rootMeanSquaredError).toBeCloseTo(1)
    expect(r2).toBeCloseTo(1 - 4 / 20)
  })
})
