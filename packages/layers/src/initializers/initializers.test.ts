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
import * as initializers from './all.ts'
import { fansOf } from './fans.ts'
import { GlorotNormal } from './glorot-normal.ts'
import { GlorotUniform } from './glorot-uniform.ts'
import { Identity } from './identity.ts'
import { Orthogonal } from './orthogonal.ts'
import { RandomNormal } from './random-normal.ts'
import { RandomUniform } from './random-uniform.ts'
import { STFT } from './stft.ts'
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
      if (Class === STFT) continue // computed without ops
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

describe('STFT', () => {
  const values = (config: ConstructorParameters<typeof STFT>[0], shape: Shape) => [
    ...new STFT(config).make(randomKey(1), shape, 'float32').dataSync(),
  ]

  // Recorded from Keras 3.15: [window, values of frequency 0 for a window of 5, without and with periodic]
  const windows: [string, number[], number[]][] = [
    ['hann', [0.0, 0.5, 1.0, 0.5, 0.0], [0.0, 0.3454915, 0.9045085, 0.9045085, 0.3454915]],
    ['hamming', [0.08, 0.54, 1.0, 0.54, 0.08], [0.08, 0.3978522, 0.9121478, 0.9121478, 0.3978522]],
    ['blackman', [0.0, 0.34, 1.0, 0.34, 0.0], [0.0, 0.2007701, 0.8492299, 0.8492299, 0.2007701]],
    ['blackmanharris', [6e-5, 0.21747, 1.0, 0.21747, 6e-5], [6e-5, 0.1030115, 0.7938335, 0.7938335, 0.1030115]],
    [
      'nuttall',
      [0.0003628, 0.2269824, 1.0, 0.2269824, 0.0003628],
      [0.0003628, 0.1105153, 0.7982581, 0.7982581, 0.1105153],
    ],
    [
      'flattop',
      [-0.0004211, -0.0547368, 1.0, -0.0547368, -0.0004211],
      [-0.0004211, -0.0677143, 0.6068721, 0.6068721, -0.0677143],
    ],
    ['boxcar', [1.0, 1.0, 1.0, 1.0, 1.0], [1.0, 1.0, 1.0, 1.0, 1.0]],
    ['bartlett', [0.0, 0.5, 1.0, 0.5, 0.0], [0.0, 0.4, 0.8, 0.8, 0.4]],
    ['triang', [0.3333333, 0.6666667, 1.0, 0.6666667, 0.3333333], [0.1666667, 0.5, 0.8333333, 0.8333333, 0.5]],
    ['parzen', [0.016, 0.424, 1.0, 0.424, 0.016], [0.0092593, 0.25, 0.8611111, 0.8611111, 0.25]],
    ['bohman', [0.0, 0.3183099, 1.0, 0.3183099, 0.0], [0.0, 0.1791239, 0.8343114, 0.8343114, 0.1791239]],
    ['barthann', [0.0, 0.5, 1.0, 0.5, 0.0], [0.0, 0.3585736, 0.8794265, 0.8794265, 0.3585736]],
    [
      'cosine',
      [0.309017, 0.809017, 1.0, 0.809017, 0.309017],
      [0.258819, Math.SQRT1_2, 0.9659258, 0.9659258, Math.SQRT1_2],
    ],
    ['tukey', [0.0, 1.0, 1.0, 1.0, 0.0], [0.0, 0.9045085, 1.0, 1.0, 0.9045085]],
    [
      'exponential',
      [0.1353353, 0.3678795, 1.0, 0.3678795, 0.1353353],
      [0.082085, 0.2231302, 0.6065307, 0.6065307, 0.2231302],
    ],
    ['lanczos', [0.0, 0.6366197, 1.0, 0.6366197, 0.0], [0.0, 0.5045512, 0.9354893, 0.9354893, 0.5045512]],
  ]
  it.each(windows)('has the window %s of Keras', (window, symmetric, periodic) => {
    const config = { window: window as 'hann', scaling: 'none' } as const
    const ofFrequency0 = (options: object) => values(options, [5, 1, 2]).filter((_, index) => index % 2 === 0)
    const close = (found: readonly number[], recorded: readonly number[]) =>
      found.forEach((value, index) => expect(value).toBeCloseTo(recorded[index]!, 6))
    close(ofFrequency0(config), symmetric)
    close(ofFrequency0({ ...config, periodic: true }), periodic)
  })

  it('has waves times the window, divided by its norm', () => {
    expect(values({ window: [1, 2], scaling: 'spectrum' }, [2, 1, 2]).map((x) => x.toFixed(5))).toEqual([
      '0.33333',
      '0.33333',
      '0.66667',
      '-0.66667',
    ])
    expect(values({ window: [3, 4] }, [2, 1, 1]).map((x) => x.toFixed(5))).toEqual(['0.60000', '0.80000'])
    expect(values({ side: 'imag', window: 'none' }, [2, 1, 3]).map((x) => Math.round(x) + 0)).toEqual([
      0, 0, 0, 0, -1, 0,
    ])
  })

  it('throws for other shapes and lengths', () => {
    expect(() => values({}, [4, 2, 3])).toThrow(
      'The STFT initializer makes kernels of shape [time, 1, frequencies] and was asked for shape [4, 2, 3].',
    )
    expect(() => values({ window: [1, 2] }, [3, 1, 2])).toThrow(
      'a window of 2 values and asked for a kernel of 3 steps',
    )
  })
})
