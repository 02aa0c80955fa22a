import { cpu } from '@gradus/backend-cpu'
import { Rng, statelessCall } from '@gradus/core'
import { abs, max, type Tensor, tensor, useBackend, zeros } from '@gradus/tensor'
import { testLayer } from '@gradus/testing'
import { describe, expect, it } from 'vitest'
import { Constant } from '../initializers/constant.ts'
import { GlorotUniform } from '../initializers/glorot-uniform.ts'
import { Dense } from './dense.ts'
import { EinsumDense } from './einsum-dense.ts'

await useBackend(cpu())

testLayer(EinsumDense, {
  config: { equation: 'abc,cde->abde', outputShape: [null, 2, 3], biasAxes: 'e', activation: 'tanh' },
  inputShape: [2, 3, 4],
  expectedOutputShape: [2, 3, 2, 3],
  expectedParams: 4 * 2 * 3 + 3,
  supportsMasking: false,
  invalidInputShape: [2, 3],
})
testLayer(EinsumDense, {
  config: { equation: 'ab...,bc->ac...', outputShape: 4, biasAxes: 'c' },
  inputShape: [2, 3, 5],
  expectedOutputShape: [2, 4, 5],
  expectedParams: 16,
})
testLayer(EinsumDense, {
  config: { equation: '...x,xy->...y', outputShape: 2, loraRank: 1 },
  inputShape: [2, 3, 4],
  expectedOutputShape: [2, 3, 2],
  expectedParams: 8 + 4 + 2,
  skip: { 'gradients agree with finite differences': 'one parameter is held fixed' },
})

describe('EinsumDense', () => {
  it('equals Dense with the equation of Dense', () => {
    const x = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ])
    const dense = new Dense({ units: 2 })
    const einsum = new EinsumDense({ equation: 'ab,bc->ac', outputShape: 2, biasAxes: 'c' })
    const params = { '': dense.init(new Rng(3), x.shape) }
    const run = (layer: Dense | EinsumDense) =>
      (statelessCall(layer, { params, state: {} }, x).outputs as Tensor).array()
    expect(run(einsum)).toEqual(run(dense))
    expect(einsum.init(new Rng(3), x.shape).kernel.array()).toEqual(params[''].kernel.array())
  })

  it('adds a bias along the axes that have one', () => {
    const bias = (biasAxes: string) => {
      const layer = new EinsumDense({
        equation: 'abc,cde->abde',
        outputShape: [null, 2, 3],
        biasAxes,
        kernelInitializer: 'zeros',
        biasInitializer: new Constant({ value: 7 }),
      })
      const { outputs } = statelessCall(
        layer,
        { params: { '': layer.init(new Rng(1), [1, 2, 4]) }, state: {} },
        zeros([1, 2, 4]),
      )
      expect(new Set((outputs as Tensor).dataSync())).toEqual(new Set([7]))
      return layer.init(new Rng(1), [1, 2, 4]).bias!.shape
    }
    expect(bias('e')).toEqual([3])
    expect(bias('de')).toEqual([2, 3])
    expect(bias('d')).toEqual([2, 1])
    expect(bias('b')).toEqual([2, 1, 1])
  })

  it('passes the axes of inputs to its initializer', () => {
    const spread = (layer: EinsumDense) => max(abs(layer.init(new Rng(1), [1, 50, 40]).kernel)).item() as number
    const config = { equation: 'abc,bcde->ade', outputShape: [30, 20] } as const
    // 50 x 40 inputs and 30 x 20 outputs
    const limit = Math.sqrt(6 / (2000 + 600))
    expect(spread(new EinsumDense(config))).toBeLessThanOrEqual(limit)
    expect(spread(new EinsumDense(config))).toBeGreaterThan(0.99 * limit)
    const own = new GlorotUniform({ inputAxes: [0], outputAxes: [1] })
    const other = Math.sqrt(6 / 90)
    expect(spread(new EinsumDense({ ...config, kernelInitializer: own }))).toBeGreaterThan(0.99 * other)
  })

  it('refuses invalid equations', () => {
    const make = (equation: string, outputShape: number | (number | null)[] = 2, biasAxes?: string) =>
      new EinsumDense({ equation, outputShape, ...(biasAxes !== undefined && { biasAxes }) })
    for (const equation of [
      'ab,bc',
      'ab->ab',
      '...ab,bc->ac',
      'ab...,bc->...ac',
      '...ab...,bc->...ac...',
      'a1,bc->ac',
    ]) {
      expect(() => make(equation), equation).toThrow(
        `EinsumDense: 'equation' must be of the form 'ab,bc->ac', '...ab,bc->...ac' or 'ab...,bc->ac...' and is "${equation}".`,
      )
    }
    expect(() => make('ab,bc->ad')).toThrow(
      "EinsumDense: the letter 'd' of the output in the equation 'ab,bc->ad' occurs nowhere else, so its size is unknown.",
    )
    expect(() => make('ab,bcz->ac')).toThrow(
      "the letter 'z' of the kernel in the equation 'ab,bcz->ac' occurs nowhere else",
    )
    expect(() => make('ab,bc->ac', 2, 'z')).toThrow(
      "EinsumDense: 'biasAxes' names the axis 'z', which the output 'ac' does not have.",
    )
    expect(make('ab, bc -> ac').call(zeros([1, 3])).shape).toEqual([1, 2])
  })

  it('refuses inputs that do not fit', () => {
    const make = (equation: string, outputShape: number | (number | null)[]) =>
      new EinsumDense({ equation, outputShape })
    expect(() => make('abc,cd->abd', [null, 2]).call(zeros([2, 3]))).toThrow(
      "EinsumDense: the equation 'abc,cd->abd' needs 3 axes and the input is [2, 3].",
    )
    expect(() => make('abc,cd->abd', [4, 2]).call(zeros([2, 3, 5]))).toThrow(
      "EinsumDense: the axis 'b' of the equation 'abc,cd->abd' is 3 in the input and 4 in 'outputShape'.",
    )
    expect(() => make('abc,cd->abd', 2).call(zeros([2, 3, 5]))).toThrow(
      "'outputShape' must give 2 sizes for the letters 'bd' of the equation 'abc,cd->abd' and is [2].",
    )
    expect(() => make('abc,cd->abd', [null, null]).call(zeros([2, 3, 5]))).toThrow(
      "'outputShape' must give the size of the axis 'd' of the equation 'abc,cd->abd'.",
    )
    const layer = make('ab,bc->ac', 2)
    layer.call(zeros([1, 3]))
    expect(() => layer.call(zeros([1, 4]))).toThrow(
      "EinsumDense expects an input for a kernel of shape [3, 2] in 'ab,bc->ac' and got [1, 4].",
    )
  })
})
