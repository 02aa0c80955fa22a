import { cpu } from '@gradus/backend-cpu'
import { input } from '@gradus/core'
import { trace } from '@gradus/graph'
import { add, exp, matmul, ones, sum, useBackend } from '@gradus/tensor'
import { layers, Model, Sequential } from 'gradus'
import { beforeAll, describe, expect, it } from 'vitest'
import { flopsOf } from './flops.ts'
import { modelFlops } from './model-flops.ts'

beforeAll(async () => {
  await useBackend(cpu())
})

describe('flopsOf', () => {
  it('counts a multiply-add as 2, functions as 1', () => {
    const { graph } = trace((x, w) => sum(exp(add(matmul(x, w), 1))), [ones([2, 5]), ones([5, 3])])
    const counted = Object.fromEntries(graph.nodes.map(({ op }, node) => [op.name, flopsOf(graph)[node]]))
    expect(counted).toMatchObject({ matmul: 2 * 2 * 5 * 3, add: 6, exp: 6, sum: 5 })
  })

  it.each([
    [
      'a convolution',
      new layers.Conv2D({ filters: 4, kernelSize: 3, padding: 'same', useBias: false }),
      2 * 64 * 9 * 3 * 4,
    ],
    ['one in groups', new layers.Conv2D({ filters: 6, kernelSize: 2, groups: 3, useBias: false }), 2 * 49 * 4 * 1 * 6],
    // each of the 64 inputs meets each kernel element once
    [
      'a transposed one',
      new layers.Conv2DTranspose({ filters: 2, kernelSize: 2, strides: 2, useBias: false }),
      2 * 64 * 4 * 3 * 2,
    ],
  ])('counts %s', (_, layer, expected) => {
    const model = new Sequential([new layers.Input({ shape: [8, 8, 3] }), layer])
    expect(modelFlops(model as Model, {}).total).toBe(expected)
  })
})

describe('modelFlops', () => {
  it('gives operations to the layers that apply them, twice to one that is called twice', () => {
    const x = input({ shape: [4] })
    const shared = new layers.Dense({ units: 4 })
    const model = new Model({ inputs: x, outputs: new layers.Add({}).call([shared.call(shared.call(x)), x]) })
    const { total, layers: counted } = modelFlops(model, {})
    const byType = Object.fromEntries(model.layers.map(({ type }, index) => [type, counted[index]]))
    expect(byType).toEqual({ InputLayer: 0, Dense: 2 * (2 * 16 + 4), Add: 4 })
    expect(total).toBe(76)
    expect(Object.hasOwn(shared, 'apply')).toBe(false)
  })

  it('multiplies the body of a loop by its length', () => {
    const ofLength = (steps: number) =>
      modelFlops(new Sequential([new layers.GRU({ units: 3, inputShape: [steps, 2] })]) as Model, {}).total
    expect(ofLength(9) - ofLength(6)).toBe(ofLength(6) - ofLength(3))
    expect(ofLength(6)).toBeGreaterThan(6 * 2 * (2 * 9 + 3 * 9))
  })

  it('counts for a length that is given', () => {
    const x = input({ shape: [null, 2], name: 'x' })
    const model = new Model({ inputs: x, outputs: new layers.Dense({ units: 1, useBias: false }).call(x) })
    expect(() => modelFlops(model, {})).toThrow('[null, 2]')
    expect(modelFlops(model, { inputShape: [5, 2] }).total).toBe(20)
  })
})
