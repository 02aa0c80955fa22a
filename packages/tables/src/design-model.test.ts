import { describe, expect, it } from 'vitest'
import { designModel } from './design-model.ts'
import { inferPlan } from './infer-plan.ts'
import { learnTable } from './learn-table.ts'
import { profileTable } from './profile.ts'
import { rowsSource } from './source.ts'
import { TableCoder } from './table-coder.ts'
import type { PlanOptions } from './table-plan.ts'

const rows = Array.from({ length: 40 }, (_, i) => ({
  a: i * 1.5,
  b: i % 3 ? 'x' : 'y',
  c: ['p', 'q', 'r'][i % 3],
  d: i * 2.5,
  // the smallest of which the convolutions leave something
  pixels: Array.from({ length: 10 }, () => Array.from({ length: 10 }, () => i)),
  pair: [i, 2],
}))

async function design(options: PlanOptions, count = 40) {
  const source = rowsSource(rows)
  const coder = new TableCoder(await learnTable(source, inferPlan(await profileTable(source), options)))
  return designModel(coder, count)
}

const layersOf = (model: object) =>
  (model as { layers: { layer?: string; name?: string; spec?: { layer: string } }[] }).layers.map(
    ({ layer, spec }) => layer ?? spec!.layer,
  )

describe('designModel', () => {
  it('makes a stack for one vector and one target', async () => {
    const { model, loss, metrics, optimizer, choices } = await design({ target: 'c', inputs: ['a', 'b'] })
    expect(model).toMatchObject({ model: 'Sequential' })
    expect(layersOf(model)[0]).toBe('InputLayer')
    expect((model as { layers: readonly object[] }).layers.at(-1)).toEqual({
      layer: 'Dense',
      units: 3,
      activation: 'softmax',
    })
    expect({ loss, metrics }).toEqual({ loss: 'SparseCategoricalCrossentropy', metrics: ['accuracy'] })
    expect(optimizer).toHaveProperty('optimizer')
    expect(choices.join(' ')).toContain('40 training rows')
  })

  it('has one output for two classes, and for a number', async () => {
    const two = await design({ target: 'b', inputs: ['a'] })
    expect((two.model as { layers: readonly object[] }).layers.at(-1)).toEqual({
      layer: 'Dense',
      units: 1,
      activation: 'sigmoid',
    })
    expect(two.loss).toBe('BinaryCrossentropy')
    const number = await design({ target: 'd', inputs: ['a'] })
    expect((number.model as { layers: readonly object[] }).layers.at(-1)).toEqual({ layer: 'Dense', units: 1 })
    expect(number).toMatchObject({ loss: 'MeanSquaredError', metrics: ['MeanAbsoluteError', 'R2Score'] })
  })

  it('has one output for several numbers, and one each for targets of different kinds', async () => {
    const numbers = await design({ target: ['a', 'd'], inputs: ['b'] })
    expect((numbers.model as { layers: readonly object[] }).layers.at(-1)).toEqual({ layer: 'Dense', units: 2 })
    const { model, loss, metrics } = await design({ target: ['c', 'd'], inputs: ['a'] })
    expect(model).toMatchObject({
      model: 'Functional',
      outputs: [
        ['c', 0, 0],
        ['d', 0, 0],
      ],
    })
    expect(loss).toEqual({ c: 'SparseCategoricalCrossentropy', d: 'MeanSquaredError' })
    expect(metrics).toEqual({ c: ['accuracy'], d: ['MeanAbsoluteError', 'R2Score'] })
  })

  it('joins inputs, with convolutions for images', async () => {
    const { model } = await design({ target: 'd', inputs: ['a', 'pixels', 'pair'] })
    expect(layersOf(model)).toEqual(
      expect.arrayContaining(['Reshape', 'Conv2D', 'MaxPooling2D', 'Flatten', 'Concatenate']),
    )
    const alone = await design({ target: 'c', inputs: ['pixels'] })
    expect(layersOf(alone.model).slice(0, 3)).toEqual(['InputLayer', 'Reshape', 'Conv2D'])
  })

  it('is larger, and trained for fewer epochs, where there are more rows', async () => {
    const [few, many] = [
      await design({ target: 'd', inputs: ['a'] }),
      await design({ target: 'd', inputs: ['a'] }, 1e6),
    ]
    expect(many.fit.epochs).toBeLessThan(few.fit.epochs)
    expect(many.fit.batchSize).toBeGreaterThan(few.fit.batchSize)
    expect(many.choices).not.toEqual(few.choices)
  })
})
