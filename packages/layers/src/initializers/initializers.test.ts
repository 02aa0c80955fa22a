import { cpu } from '@gradus/backend-cpu'
import {
  abs,
  eye,
  inferShapes,
  matmul,
  max,
  mul,
  randomKey,
  reshape,
  type Shape,
  sub,
  Tensor,
  useBackend,
} from '@gradus/tensor'
import { describe, expect, it } from 'vitest'
import { Dense } from '../core/dense.ts'
import { fansOf } from './fans.ts'
import { GlorotNormal } from './glorot-normal.ts'
import { GlorotUniform } from './glorot-uniform.ts'
import { Identity } from './identity.ts'
import * as initializers from './index.ts'
import { Orthogonal } from './orthogonal.ts'
import { RandomNormal } from './random-normal.ts'
import { RandomUniform } from './random-uniform.ts'
import { VarianceScaling } from './variance-scaling.ts'

await useBackend(cpu())

/** The initializer that a layer finds by this name. */
const named = (name: string) => new Dense({ units: 1, kernelInitializer: name as 'zeros' }).options.kernelInitializer

function statistics(x: Tensor): { mean: number; stddev: number; largest: number } {
  const values = x.dataSync()
  let [total, squares, largest] = [0, 0, 0]
  for (const value of values) {
    total += value
    squares += value * value
    largest = Math.max(largest, Math.abs(value))
  }
  const mean = total / values.length
  return { mean, stddev: Math.sqrt(squares / values.length - mean * mean), largest }
}

// Recorded from Keras 3.16: [initializer, shape, standard deviation, largest absolute value]
const expected: [string, Shape, number, number][] = [
  ['glorotNormal', [200, 150], 0.07559289460184544, 0.17187514632750797],
  ['glorotUniform', [200, 150], 0.07559289460184544, 0.13093073414159542],
  ['glorotUniform', [3, 3, 40, 80], 0.04303314829119352, 0.07453559924999299],
  ['heNormal', [200, 150], 0.1, 0.2273694468677113],
  ['heUniform', [3, 3, 40, 80], 0.07453559924999299, 0.12909944487358055],
  ['lecunNormal', [200, 150], 0.07071067811865475, 0.16077447771479306],
  ['lecunUniform', [200, 150], 0.07071067811865475, 0.1224744871391589],
  ['randomUniform', [200, 150], 0.05 / Math.sqrt(3), 0.05],
  ['truncatedNormal', [200, 150], 0.05 * 0.87962566, 0.1],
]

describe('initializers', () => {
  for (const [name, shape, stddev, limit] of expected) {
    it(`${name} has the distribution of Keras for ${shape.join('x')}`, () => {
      const found = statistics(named(name).make(randomKey(5), shape, 'float32'))
      expect(Math.abs(found.mean)).toBeLessThan(0.02 * stddev)
      expect(Math.abs(found.stddev / stddev - 1)).toBeLessThan(0.01)
      expect(found.largest).toBeLessThanOrEqual(limit * 1.000001)
      expect(found.largest).toBeGreaterThan(limit * 0.99)
    })
  }

  it('scales variance by the chosen fan', () => {
    const spread = (config: object) =>
      statistics(new VarianceScaling(config).make(randomKey(1), [120, 250], 'float32')).stddev
    expect(spread({ scale: 2, mode: 'fanOut' })).toBeCloseTo(Math.sqrt(2 / 250), 3)
    expect(spread({ scale: 3, mode: 'fan_avg', distribution: 'uniform' })).toBeCloseTo(Math.sqrt(3 / 185), 3)
    expect(spread({ distribution: 'untruncated_normal' })).toBeCloseTo(Math.sqrt(1 / 120), 3)
    expect(spread({ inputAxes: [1], outputAxes: [0] })).toBeCloseTo(Math.sqrt(1 / 250), 3)
    expect(() => new VarianceScaling({ scale: 0 })).toThrow("'scale' must be a number larger than 0 and is 0")
    expect(() => new VarianceScaling({ mode: 'fan' as never })).toThrow(
      'VarianceScaling: \'mode\' must be one of "fanIn", "fanOut", "fanAvg" and is "fan".',
    )
  })

  it("counts fans by Keras's rule", () => {
    expect(fansOf([])).toEqual({ fanIn: 1, fanOut: 1 })
    expect(fansOf([7])).toEqual({ fanIn: 7, fanOut: 7 })
    expect(fansOf([2, 3, 4])).toEqual({ fanIn: 6, fanOut: 8 })
    expect(fansOf([2, 3, 4], [0, -1], [1])).toEqual({ fanIn: 8, fanOut: 3 })
    expect(() => fansOf([2], [3], [0])).toThrow('axis 3')
  })

  it('gives the same values at every call with a seed, and depends on the key without one', () => {
    const values = (seed: number | undefined, key: number) =>
      String(new RandomNormal(seed === undefined ? {} : { seed }).make(randomKey(key), [8], 'float32').array())
    expect(values(3, 1)).toBe(values(3, 2))
    expect(values(3, 1)).not.toBe(values(4, 1))
    expect(values(undefined, 1)).toBe(values(undefined, 1))
    expect(values(undefined, 1)).not.toBe(values(undefined, 2))
  })

  for (const shape of [
    [20, 20],
    [64, 256],
    [10, 30],
    [45, 40],
    [3, 2, 5],
  ] as Shape[]) {
    it(`makes ${shape.join('x')} orthogonal`, () => {
      const gain = 1.5
      const made = new Orthogonal({ gain }).make(randomKey(2), shape, 'float32')
      expect(made.shape).toEqual(shape)
      const matrix = reshape(made, [-1, shape.at(-1)!])
      const [rows, columns] = matrix.shape as [number, number]
      const wide = rows < columns
      const gram = matmul(matrix, matrix, { transposeA: !wide, transposeB: wide })
      const error = max(abs(sub(gram, mul(eye(Math.min(rows, columns)), gain * gain)))).item()
      expect(error).toBeLessThan(2e-6)
    })
  }

  it('refuses shapes that an initializer does not support', () => {
    expect(() => new Orthogonal().make(randomKey(1), [3], 'float32')).toThrow(
      'needs two dimensions or more and was asked for shape [3]',
    )
    expect(() => new Orthogonal().make(randomKey(1), [2 ** 32, 2 ** 34], 'float32')).toThrow('a weight holds at most')
    expect(() => new Identity().make(randomKey(1), [3, 3, 3], 'float32')).toThrow(
      'makes matrices and was asked for shape [3, 3, 3]',
    )
    expect(new Identity({ gain: 0.5 }).make(randomKey(1), [2, 3], 'float32').array()).toEqual([
      [0.5, 0, 0],
      [0, 0.5, 0],
    ])
  })

  it('infers shapes without values', () => {
    const key = new Tensor({ shape: [2], dtype: 'uint32' })
    for (const Class of Object.values(initializers)) {
      const made = inferShapes(() => new (Class as typeof GlorotNormal)({}).make(key, [40, 6], 'float64'))
      expect([made.shape, made.dtype, made.concrete]).toEqual([[40, 6], 'float64', false])
    }
  })

  it("are found by Keras's names, with suggestions", () => {
    expect(named('uniform')).toBeInstanceOf(RandomUniform)
    expect(named('glorot_normal')).toBeInstanceOf(GlorotNormal)
    expect(named('OrthogonalInitializer')).toBeInstanceOf(Orthogonal)
    expect(() => named('glorotUnifrom')).toThrow(
      "Dense: kernelInitializer: there is no initializer called 'glorotUnifrom'. Did you mean 'GlorotUniform'?",
    )
    // null means the default, as in Keras's configs
    expect(named(null as never)).toBeInstanceOf(GlorotUniform)
    expect(() => named(3 as never)).toThrow("Dense: 'kernelInitializer' must be an initializer and is 3.")
  })
})
